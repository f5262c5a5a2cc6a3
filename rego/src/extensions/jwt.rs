//! io.jwt.decode: header, payload and signature of a token, unverified. Verifying is not a policy's work: whoever
//! recorded the token's bearer did it, and the input says with what result.
use super::{text, Answer, Refusal};
use data_encoding::{BASE64URL, BASE64URL_NOPAD, HEXLOWER};
use regorus::Value;

fn decoded(part: &str, what: &str) -> Result<Vec<u8>, Refusal> {
    BASE64URL_NOPAD
        .decode(part.as_bytes())
        .or_else(|_| BASE64URL.decode(part.as_bytes()))
        .map_err(|_| format!("JWT {what} had invalid encoding").into())
}

fn object(bytes: Vec<u8>, what: &str) -> Result<Value, Refusal> {
    let text = String::from_utf8(bytes).map_err(|_| Refusal::from(format!("JWT {what} is no UTF-8")))?;
    match Value::from_json_str(&text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(format!("JWT {what} is no JSON object").into()),
    }
}

fn decode_nested(token: &str, depth: u8) -> Answer {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        return Err("encoded JWT must have 3 sections".into());
    };
    let header = object(decoded(header, "header")?, "header")?;
    if let Value::Object(members) = &header {
        if members.contains_key(&Value::from("enc")) {
            return Err("JWT is a JWE object, which is not supported".into());
        }
        if members.get(&Value::from("cty")) == Some(&Value::from("JWT")) && depth > 0 {
            let inner = String::from_utf8(decoded(payload, "payload")?).map_err(|e| e.to_string())?;
            return decode_nested(inner.trim_matches(['"', '\'']), depth - 1);
        }
    }
    let payload = object(decoded(payload, "payload")?, "payload")?;
    let signature = Value::from(HEXLOWER.encode(&decoded(signature, "signature")?));
    Ok(Value::from(vec![header, payload, signature]))
}

pub fn decode(values: &[Value]) -> Answer {
    decode_nested(text(values, 0)?, 8)
}
