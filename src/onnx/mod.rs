//! ONNX graphs: read and run in a process of its own, for a graph is code of a stranger; and written.
//!
//! Nothing of a graph is read in the process of the window or of a job. A child with limits loads it, tells what it is, and answers rows;
//! where it takes too long or too much memory, it ends, and a message is all that comes of it.

mod child;
mod load;
mod messages;
mod outline;
mod process;
mod write;

pub use child::serve_graph;
pub use messages::{Fed, Kind, Numbers, Outline, Port};
pub use process::{GraphError, GraphProcess};
pub use write::{Attribute, GraphWriter, OPSET};
