//! A hundred values in one statement, so that ten thousand rows are a hundred
//! statements and not ten thousand.

use ::store::Value;

/// The first hundred parameters: what [`args`] gives. Whatever else a statement
/// has begins with `$101`.
macro_rules! hundred {
    () => {
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
         $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, \
         $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, \
         $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, \
         $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, \
         $61, $62, $63, $64, $65, $66, $67, $68, $69, $70, $71, $72, \
         $73, $74, $75, $76, $77, $78, $79, $80, $81, $82, $83, $84, \
         $85, $86, $87, $88, $89, $90, $91, $92, $93, $94, $95, $96, \
         $97, $98, $99, $100"
    };
}

pub(super) use hundred;

/// So many values go in one statement.
pub(crate) const HUNDRED: usize = 100;

/// Up to a hundred values and what comes after them. The last value stands for
/// those that are not there: to be among them twice changes nothing.
pub(super) fn args<T, const N: usize>(values: &[T], further: [Value; N]) -> Vec<Value>
where
    for<'a> &'a T: Into<Value>,
{
    let mut all: Vec<Value> = values.iter().take(HUNDRED).map(Into::into).collect();
    let last = all.last().cloned().unwrap_or(Value::Null);
    all.resize(HUNDRED, last);
    all.extend(further);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_a_hundred_of_them_and_the_last_is_repeated() {
        let numbers: Vec<String> = (1..=100).map(|n| format!("${n}")).collect();
        assert_eq!(hundred!(), numbers.join(", "));
        let all = args(&["a".to_owned(), "b".to_owned()], [Value::from(7)]);
        assert_eq!(all.len(), 101);
        assert_eq!((&all[0], &all[1]), (&Value::from("a"), &Value::from("b")));
        assert!(all[2..100].iter().all(|one| *one == Value::from("b")));
        assert_eq!(all[100], Value::from(7));
    }
}
