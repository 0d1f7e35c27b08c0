//! The engine: device, session, step, worker thread, requests in, reports out, resume state.
