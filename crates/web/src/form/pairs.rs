//! `name=value&…` into a struct, each name at most once unless the struct takes a list.

use std::borrow::Cow;

use serde::de::value::{Error as DeError, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Why a body or query was refused. Values are never part of the message: they may be secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PairsError {
    /// More than 1,000 parameters.
    #[error("too many parameters")]
    TooMany,
    /// A NUL, or bytes that are no UTF-8.
    #[error("a parameter is not text")]
    NotText,
    /// A known parameter stands twice.
    #[error("a parameter stands twice: {0}")]
    Twice(String),
    /// A parameter is missing or has another form than asked.
    #[error("{0}")]
    Unfit(String),
}

/// Names with all their values, in order of first appearance.
pub(super) struct Pairs<'a>(Vec<(Cow<'a, str>, Vec<Cow<'a, str>>)>);

impl<'a> Pairs<'a> {
    pub(super) fn parse(input: &'a [u8]) -> Result<Self, PairsError> {
        let mut groups: Vec<(Cow<'a, str>, Vec<Cow<'a, str>>)> = Vec::new();
        for (count, (name, value)) in url::form_urlencoded::parse(input).enumerate() {
            if count >= MAX_PAIRS {
                return Err(PairsError::TooMany);
            }
            if [&name, &value].iter().any(|text| text.contains(['\0', char::REPLACEMENT_CHARACTER])) {
                return Err(PairsError::NotText);
            }
            match groups.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => values.push(value),
                None => groups.push((name, vec![value])),
            }
        }
        Ok(Self(groups))
    }

    /// The one value of a name, which is then gone: the form token is no field of a form.
    pub(super) fn take(&mut self, name: &str) -> Result<Option<Cow<'a, str>>, PairsError> {
        let Some(at) = self.0.iter().position(|(known, _)| known == name) else {
            return Ok(None);
        };
        let (_, mut values) = self.0.remove(at);
        match values.pop() {
            Some(value) if values.is_empty() => Ok(Some(value)),
            _ => Err(PairsError::Twice(name.to_owned())),
        }
    }

    pub(super) fn deserialize<T: DeserializeOwned>(self) -> Result<T, PairsError> {
        let entries = self.0.into_iter().map(|(name, values)| (name.clone(), Values { name, values }));
        T::deserialize(MapDeserializer::<_, DeError>::new(entries))
            .map_err(|error| PairsError::Unfit(error.to_string()))
    }
}

/// All values of one name.
struct Values<'a> {
    name: Cow<'a, str>,
    values: Vec<Cow<'a, str>>,
}

impl Values<'_> {
    fn single(self) -> Result<String, DeError> {
        let mut values = self.values.into_iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(value.into_owned()),
            _ => Err(DeError::custom(format!("a parameter stands twice: {}", self.name))),
        }
    }

    fn parse<T: std::str::FromStr>(self) -> Result<T, DeError> {
        let name = self.name.clone().into_owned();
        let wrong = move |_| DeError::custom(format!("not a number: {name}"));
        self.single()?.parse().map_err(wrong)
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
            visitor.$visit(self.parse()?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Values<'_> {
    type Error = DeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_string(self.single()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        let values = self.values.into_iter().map(Cow::into_owned);
        visitor.visit_seq(SeqDeserializer::new(values))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        self.single()?.into_deserializer().deserialize_enum(name, variants, visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        let name = self.name.clone().into_owned();
        match self.single()?.as_str() {
            "on" | "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(DeError::custom(format!("not a switch: {name}"))),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_unit()
    }

    numbers!(
        deserialize_u8 visit_u8, deserialize_u16 visit_u16, deserialize_u32 visit_u32,
        deserialize_u64 visit_u64, deserialize_i8 visit_i8, deserialize_i16 visit_i16,
        deserialize_i32 visit_i32, deserialize_i64 visit_i64
    );

    forward_to_deserialize_any! {
        f32 f64 i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier
    }
}

impl<'de> IntoDeserializer<'de, DeError> for Values<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// More is no form of ours.
const MAX_PAIRS: usize = 1000;

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase")]
    enum Colour {
        Red,
        DeepBlue,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Form {
        name: String,
        age: Option<u8>,
        colour: Option<Colour>,
        #[serde(default)]
        remember: bool,
        #[serde(default)]
        groups: Vec<String>,
    }

    fn form(input: &str) -> Result<Form, PairsError> {
        Pairs::parse(input.as_bytes())?.deserialize()
    }

    #[test]
    fn read() {
        let read =
            form("name=Maya+N%C3%A4r&age=41&colour=deepBlue&remember=on&groups=a&groups=b&other=1&other=2");
        let expected = Form {
            name: "Maya När".to_owned(),
            age: Some(41),
            colour: Some(Colour::DeepBlue),
            remember: true,
            groups: vec!["a".to_owned(), "b".to_owned()],
        };
        assert_eq!(read, Ok(expected));
        let bare = form("name=").expect("the rest may be absent");
        assert_eq!((bare.name.as_str(), bare.age, bare.remember, bare.groups.len()), ("", None, false, 0));
    }

    #[test]
    fn refused() {
        for bad in [
            "",
            "Name=x",
            "name[]=x",
            "name=a&name=a",
            "name=a&age=1&age=2",
            "name=a&age=-1",
            "name=a&age=300",
            "name=a&age=",
            "name=a&remember=maybe",
            "name=a&remember=on&remember=on",
            "name=a&colour=green",
            "name=a&colour=red&colour=red",
        ] {
            assert!(matches!(form(bad), Err(PairsError::Unfit(_))), "{bad}: {:?}", form(bad));
        }
        for bad in ["name=a%00b", "na%00me=a", "name=%ff", "name=%ed%a0%80"] {
            assert_eq!(form(bad), Err(PairsError::NotText), "{bad}");
        }
        assert_eq!(form(&"a=b&".repeat(MAX_PAIRS + 1)), Err(PairsError::TooMany));
    }

    #[test]
    fn a_refusal_repeats_no_value() {
        let error = form("name=a&age=hunter2&name=b").expect_err("refused");
        assert!(!error.to_string().contains("hunter2"));
        let error = form("name=a&age=hunter2").expect_err("refused");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
