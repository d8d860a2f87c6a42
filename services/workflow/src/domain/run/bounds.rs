//! The bounds of an instance; whatever reaches one ends with an error that says so.

use super::continuation::Continuation;

/// The largest continuation, in bytes of JSON.
pub const MAX_STATE: usize = 1024 * 1024;
/// The deepest nesting of a continuation as JSON; its reader stops at 128.
pub const MAX_DEPTH: usize = 120;
/// The most tasks that one turn may begin: what loops without ever waiting is stopped here.
pub const MAX_STEPS_PER_TURN: u32 = 2_000;
/// The most tasks that one instance may begin.
pub const MAX_STEPS: u64 = 200_000;
/// The most branches of one fork.
pub const MAX_BRANCHES: usize = 64;
/// The most instances that run each other, one within the next.
pub const MAX_GENERATIONS: u32 = 16;
/// The deepest nesting of tasks.
pub const MAX_NESTING: usize = 64;

/// Says what is too much about a continuation, if something is: it must be kept and read again.
#[must_use]
pub fn bound(stand: &Continuation) -> Option<String> {
    let Ok(bytes) = serde_json::to_vec(stand) else {
        return Some("the state cannot be written".to_owned());
    };
    if bytes.len() > MAX_STATE {
        return Some(format!("the state has {} bytes; it may have {MAX_STATE}", bytes.len()));
    }
    (depth(&bytes) > MAX_DEPTH)
        .then(|| format!("the state is nested more than {MAX_DEPTH} levels deep"))
}

/// How deep JSON is nested.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut text, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => text = !text,
            b'[' | b'{' if !text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
