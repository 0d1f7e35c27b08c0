//! One file a panel: each takes `&State` and sends commands.
