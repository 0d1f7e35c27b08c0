//! Models of texts: BERT beside what Hugging Face's transformers computes, texts that share a batch, odd ones, populations, files, folders
//! that are broken.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bert;
mod by_token;
mod folders;
mod networks;
mod odd;
