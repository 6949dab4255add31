internal import Synchronization

/// The producers of an engine that hold unsettled records, so that closing it closes them.
final class ProducerTable: Sendable {
    private struct State {
        var producers: [ObjectIdentifier: Producer] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Enters a producer that begins to hold records.
    ///
    /// - Returns: false when the engine is closed: then nothing would append them.
    func insert(_ producer: Producer) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.producers[ObjectIdentifier(producer)] = producer
            return true
        }
    }

    /// Forgets a producer that holds nothing any more.
    func remove(_ producer: Producer) {
        // Not released under the lock: its last reference may be this one.
        let removed = state.withLock {
            $0.producers.removeValue(forKey: ObjectIdentifier(producer))
        }
        withExtendedLifetime(removed) {}
    }

    /// Lets nobody in any more.
    ///
    /// - Returns: the producers that hold records.
    func close() -> [Producer] {
        state.withLock { state in
            state.isClosed = true
            return Array(state.producers.values)
        }
    }
}
