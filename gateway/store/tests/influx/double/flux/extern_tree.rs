//! Values that are given apart from the text of a query: the `extern` syntax tree of the recording, and no other shape.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::evaluate::Value;
use super::syntax::{Expr, literal};

/// The values by name.
///
/// # Errors
/// When the tree lacks something that the recorded one has, or holds something that cannot be read.
pub(crate) fn read(tree: &Json) -> Result<HashMap<String, Value>, String> {
    let wrong = |what: &Json| format!("extern: {what} is not understood");
    // The parts that a real server insists on, also when they are empty.
    let file = tree.as_object().ok_or_else(|| wrong(tree))?;
    for part in ["type", "package", "imports", "body"] {
        if !file.contains_key(part) {
            return Err(format!("extern: missing field `{part}`"));
        }
    }
    let body = tree["body"].as_array().ok_or_else(|| wrong(&tree["body"]))?;
    body.iter()
        .map(|statement| {
            let assignment = &statement["assignment"];
            let is_option = statement["type"] == "OptionStatement"
                && assignment["type"] == "VariableAssignment";
            let name = assignment["id"]["name"]
                .as_str()
                .filter(|_| assignment["id"]["type"] == "Identifier");
            let value = value(&assignment["init"]);
            match (is_option, name, value) {
                (true, Some(name), Some(value)) => Ok((name.to_owned(), value)),
                _ => Err(wrong(statement)),
            }
        })
        .collect()
}

fn value(literal_node: &Json) -> Option<Value> {
    // Also numbers and times are given as text.
    let text = literal_node["value"].as_str()?;
    match (literal_node["type"].as_str()?, literal(text)) {
        ("StringLiteral", _) => Some(Value::Text(text.to_owned())),
        ("DateTimeLiteral", Some(Expr::Time(time))) => Some(Value::Time(time)),
        ("IntegerLiteral", Some(Expr::Integer(number))) => Some(Value::Integer(number)),
        _ => None,
    }
}
