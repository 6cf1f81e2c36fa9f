//! The explorer's bundle travels inside the binary: a file that comes or goes there is a reason to build again.

fn main() {
    println!("cargo::rerun-if-changed=explorer/dist");
}
