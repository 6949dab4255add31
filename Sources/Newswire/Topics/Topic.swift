internal import Synchronization

/// One topic of an open engine.
///
/// It stays valid while the engine is open: new partitions and settings show in it. Once the topic
/// is deleted, its partitions answer `.deleted`.
public final class Topic: Sendable {
    /// Its name.
    public let name: String
    /// What stays the same while its name may be used again.
    public let id: TopicID

    private struct State {
        var configuration: TopicConfiguration
        var partitions: [Partition]
    }

    private let state: Mutex<State>
    // Beside the state, so that a producer looks at it per record without a lock.
    private let knownPartitionCount: Atomic<Int>

    init(_ entry: TopicEntry, _ partitions: [Partition]) {
        name = entry.name
        id = entry.id
        state = Mutex(State(configuration: entry.configuration, partitions: partitions))
        knownPartitionCount = Atomic(partitions.count)
    }

    /// Whether it is one of the engine's own, which can be read and not changed.
    public var isInternal: Bool { TopicName.isInternal(name) }

    /// The configuration in force.
    public var configuration: TopicConfiguration { state.withLock { $0.configuration } }

    /// Its partitions, by number.
    public var partitions: [Partition] { state.withLock { $0.partitions } }

    /// How many partitions it has.
    public var partitionCount: Int { knownPartitionCount.load(ordering: .acquiring) }

    /// One of its partitions.
    ///
    /// - Throws: `.unknownPartition` when there is none of that number.
    public func partition(_ number: Int) throws(NewswireError) -> Partition {
        let partition: Partition? = state.withLock { state in
            state.partitions.indices.contains(number) ? state.partitions[number] : nil
        }
        if let partition { return partition }
        throw NewswireError(
            .unknownPartition,
            "\(name) has no partition \(number): its partitions are 0 to \(partitionCount - 1)",
            at: .init(topic: name, partition: number))
    }

    /// Puts another configuration in force, and partitions behind those there are.
    func update(_ configuration: TopicConfiguration, adding partitions: [Partition]) {
        state.withLock { state in
            state.configuration = configuration
            state.partitions += partitions
            // Last, and released: who sees the count finds the partitions.
            knownPartitionCount.store(state.partitions.count, ordering: .releasing)
        }
    }
}
