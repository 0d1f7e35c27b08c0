//! Every word the window shows, by key.
