//! Deep mutual learning: peers teach each other while they learn (Zhang et al. 2018, arXiv 1706.00384). No teacher is needed.

use std::ops::Bound;

use super::super::fields::{HARD_WEIGHT, OF_COMPANY, OF_METHOD, TEMPERATURE, WEIGHT};
use super::super::method::{Company, Compute, Method, Needs, Over, Phase, Scale, StudentKind, Term};
use super::HARD;
use super::soft_targets::soft;
use crate::field::{COUNT, Field, Kind, Span, Tries};

/// peer weight · T² · mean over the other peers of KL(p ‖ q) + hard weight · hard, with p = softmax(v/T), v a peer's logits, and
/// q = softmax(z/T); what the others say of the batch is taken as it is, without a gradient of its own.
///
/// All peers have one seed's batches. The first, which is the student, begins as the plain student of that seed does, the others with
/// weights of their own.
pub const MUTUAL: Method = Method {
    name: "mutual",
    label: "method-mutual",
    what: "method-mutual-what",
    helps: "method-mutual-helps",
    fields: &[PEERS, TEMPERATURE.usually(1.0), PEER_WEIGHT, HARD_WEIGHT.usually(1.0)],
    terms: &[OF_PEERS, HARD],
    needs: Needs { teacher: false, labels: true, classes: 2, student: StudentKind::Any },
    rows: Over::Rows,
    kernel: None,
    inner: None,
    phases: Phase::whole,
    replaces: None,
    company: Company::Peers(PEERS.path),
};

/// `distill.peers`.
const PEERS: Field = Field {
    path: "distill.peers",
    label: "field-peers",
    what: "field-peers-hint",
    short: Some("field-peers-short"),
    kind: Kind::Whole(Span {
        // One is no company: so the baseline is told that trains alone for as long as all of them.
        allowed: (Bound::Included(1.0), Bound::Included(8.0)),
        shown: (2.0, 8.0),
        usual: 2.0,
        tries: Tries::These(&[2.0, 3.0, 4.0]),
        ..COUNT
    }),
    allowed: Some("allowed-peers"),
    is_column: true,
    search: "dml cohort students together 同伴 互学 tongban huxue",
    ..OF_COMPANY
};

/// `distill.peer_weight`.
const PEER_WEIGHT: Field = Field {
    path: "distill.peer_weight",
    label: "field-peer-weight",
    what: "field-peer-weight-hint",
    short: Some("field-peer-weight-short"),
    kind: Kind::Number(Span { usual: 1.0, tries: Tries::These(&[0.3, 1.0, 3.0]), ..WEIGHT }),
    is_column: true,
    search: "dml kl loss 同伴 权重 tongban quanzhong",
    ..OF_METHOD
};

/// Mean of KL(p ‖ q) over the peers that are heard, in nats, without T². By z: (q − mean of p) / T.
const OF_PEERS: Term = Term {
    name: "peers",
    label: "loss-peers",
    what: "term-peers-loss-what",
    weight: Some(PEER_WEIGHT.path),
    scale: Scale::Squared,
    warm_up: None,
    over: Over::Rows,
    least: 1,
    of_teacher: true,
    compute: Compute::Logits(soft),
};
