//! bina
fn main() {}
