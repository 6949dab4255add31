/// What the records of a batch are.
package enum BatchKind: Hashable, Sendable {
    /// A producer's records.
    case data
    /// A producer's records in a transaction.
    case transactionalData
    /// One record that ends a transaction.
    case transactionMarker
    /// The log's own records outside of transactions.
    case control

    var isTransactional: Bool { self == .transactionalData || self == .transactionMarker }
    var isControl: Bool { self == .transactionMarker || self == .control }
}
