//! What is asked for: plain data, validated once, parsed into types that cannot be wrong.
