//! Digests and HMACs, as lower-case hex. Signatures are verified before a policy runs and are given to it as input.
use super::{text, Answer};
use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use md5::{Digest, Md5};
use regorus::Value;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

fn digest<D: Digest>(values: &[Value]) -> Answer {
    Ok(Value::from(HEXLOWER.encode(&D::digest(text(values, 0)?.as_bytes()))))
}

pub fn md5(values: &[Value]) -> Answer {
    digest::<Md5>(values)
}

pub fn sha1(values: &[Value]) -> Answer {
    digest::<Sha1>(values)
}

pub fn sha256(values: &[Value]) -> Answer {
    digest::<Sha256>(values)
}

macro_rules! hmac_builtin {
    ($name:ident, $digest:ty) => {
        /// (text, key) → hex
        pub fn $name(values: &[Value]) -> Answer {
            let mut mac = <Hmac<$digest> as Mac>::new_from_slice(text(values, 1)?.as_bytes())
                .map_err(|e| e.to_string())?;
            mac.update(text(values, 0)?.as_bytes());
            Ok(Value::from(HEXLOWER.encode(&mac.finalize().into_bytes())))
        }
    };
}
hmac_builtin!(hmac_md5, Md5);
hmac_builtin!(hmac_sha1, Sha1);
hmac_builtin!(hmac_sha256, Sha256);
hmac_builtin!(hmac_sha512, Sha512);

pub fn hmac_equal(values: &[Value]) -> Answer {
    Ok(Value::from(text(values, 0)? == text(values, 1)?))
}
