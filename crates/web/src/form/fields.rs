//! What is wrong with a form, kept beside its fields.

use crate::text::Message;

/// The faults of a form: each beside its field. What was typed stays with the page's own struct.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields(Vec<FieldError>);

/// One fault.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldError {
    /// The field's `name`.
    pub field: &'static str,
    /// What is wrong and what to type instead.
    pub message: Message,
}

impl Fields {
    /// No fault.
    pub fn new() -> Self {
        Self::default()
    }

    /// One fault.
    pub fn fault(field: &'static str, message: impl Into<Message>) -> Self {
        let mut fields = Self::new();
        fields.add(field, message);
        fields
    }

    /// Adds a fault; a field shows its first one.
    pub fn add(&mut self, field: &'static str, message: impl Into<Message>) {
        self.0.push(FieldError { field, message: message.into() });
    }

    /// The value, or a fault beside `field`.
    pub fn check<T, M: Into<Message>>(&mut self, field: &'static str, parsed: Result<T, M>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(message) => {
                self.add(field, message);
                None
            }
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with `field`: for the template.
    pub fn of(&self, field: &str) -> Option<&Message> {
        self.0.iter().find(|fault| fault.field == field).map(|fault| &fault.message)
    }

    /// All faults, in the order found: for the summary above a form.
    pub fn iter(&self) -> impl Iterator<Item = &FieldError> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_stay_beside_their_fields() {
        let mut fields = Fields::new();
        assert_eq!(fields.check("email", Ok::<_, &str>(1)), Some(1));
        assert!(fields.is_empty());
        assert_eq!(fields.check("email", Err::<i32, _>("email-malformed")), None);
        fields.add("email", "email-taken");
        assert_eq!(fields.of("email").map(Message::id), Some("email-malformed"));
        assert_eq!(fields.of("name"), None);
        assert_eq!(fields.iter().count(), 2);
    }
}
