internal import Synchronization

/// The producers of an engine, so that closing it closes them.
final class ProducerTable: Sendable {
    private struct Entry {
        weak var producer: Producer?
    }

    private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

    /// The producers that are still there.
    ///
    /// One that holds records is: its batches refer to it.
    var all: [Producer] { entries.withLock { $0.values.compactMap(\.producer) } }

    func insert(_ producer: Producer) {
        entries.withLock { $0[ObjectIdentifier(producer)] = Entry(producer: producer) }
    }

    /// Forgets a producer that ends.
    func remove(_ producer: ObjectIdentifier) {
        entries.withLock { entries in
            // Another producer may have come to the same place in memory already.
            if entries[producer]?.producer == nil { entries[producer] = nil }
        }
    }
}
