//! A relying party of one page, on a port of its own.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::Html,
    routing::{get, post},
};
use serde_json::Value;
use webauthn::{
    Attachment, AuthenticationResponse, AuthenticationState, Hint, Mediation, NewPasskey, Origin, Passkey,
    RegistrationResponse, RegistrationState, RelyingParty, RpId, UserHandle,
};

/// The running site.
pub(crate) struct Site {
    pub(crate) url: String,
    pub(crate) kept: Shared,
}

/// What it keeps, with states and passkey in their stored form.
#[derive(Default)]
pub(crate) struct Kept {
    registration: Vec<u8>,
    authentication: Vec<u8>,
    pub(crate) passkey: Vec<u8>,
    pub(crate) message: Vec<u8>,
}

pub(crate) type Shared = Arc<Mutex<Kept>>;

#[derive(Clone)]
struct App {
    party: Arc<RelyingParty>,
    kept: Shared,
}

/// Serves `body` as the page at `/`.
pub(crate) async fn serve(body: &'static str) -> Site {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = address(&listener);
    let rp_id = RpId::parse("idp.localhost").unwrap();
    let origin = Origin::parse(&url).unwrap();
    let app = App {
        party: Arc::new(RelyingParty::new(&rp_id, &[origin], "Test").unwrap()),
        kept: Shared::default(),
    };
    let kept = app.kept.clone();
    let router = Router::new()
        .route("/", get(move || async move { Html(body) }))
        .route("/favicon.ico", get(|| async {}))
        .route("/register/begin", post(register_begin))
        .route("/register/finish", post(register_finish))
        .route("/sign-in/begin", post(sign_in_begin))
        .route("/sign-in/finish", post(sign_in_finish))
        .with_state(app);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Site { url, kept }
}

/// Serves whatever on a port of its own.
pub(crate) async fn listen(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = address(&listener);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn address(listener: &tokio::net::TcpListener) -> String {
    format!("http://idp.localhost:{}", listener.local_addr().unwrap().port())
}

async fn register_begin(State(app): State<App>) -> Json<Value> {
    let passkey = NewPasskey {
        user_handle: UserHandle::new(b"maya").unwrap(),
        name: "maya@acme.example".to_owned(),
        display_name: "Maya".to_owned(),
    };
    let (options, state) = app.party.start_registration(&passkey, &[], Attachment::Any).unwrap();
    app.kept.lock().unwrap().registration = state.to_bytes();
    Json(serde_json::to_value(options).unwrap())
}

async fn register_finish(State(app): State<App>, body: Bytes) -> (StatusCode, String) {
    let mut kept = app.kept.lock().unwrap();
    kept.message = body.to_vec();
    let state = RegistrationState::from_bytes(&kept.registration).unwrap();
    let verified = RegistrationResponse::parse(&body)
        .and_then(|response| app.party.finish_registration(&state, &response));
    match verified {
        Ok(verified) => {
            kept.passkey = verified.passkey().to_bytes();
            (StatusCode::OK, "registered".to_owned())
        }
        Err(error) => (StatusCode::FORBIDDEN, error.code().to_owned()),
    }
}

async fn sign_in_begin(State(app): State<App>, Json(mediation): Json<Mediation>) -> Json<Value> {
    let hints = [Hint::Hybrid, Hint::ClientDevice];
    let (options, state) = app.party.start_authentication(mediation, &hints).unwrap();
    app.kept.lock().unwrap().authentication = state.to_bytes();
    Json(serde_json::to_value(options).unwrap())
}

async fn sign_in_finish(State(app): State<App>, body: Bytes) -> (StatusCode, String) {
    let mut kept = app.kept.lock().unwrap();
    kept.message = body.to_vec();
    let state = AuthenticationState::from_bytes(&kept.authentication).unwrap();
    let passkey = Passkey::from_bytes(&kept.passkey).unwrap();
    let verified = AuthenticationResponse::parse(&body)
        .and_then(|response| app.party.finish_authentication(&state, &response, &passkey));
    match verified {
        Ok(verified) => {
            kept.passkey = verified.passkey().to_bytes();
            (StatusCode::OK, "signed in".to_owned())
        }
        Err(error) => (StatusCode::FORBIDDEN, error.code().to_owned()),
    }
}
