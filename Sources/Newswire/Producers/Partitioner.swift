internal import NewswireLog

/// Chooses the partition of a record: by its key as Kafka's clients do, or the one that keyless
/// records stick to until it is time for the next.
package struct Partitioner: Sendable {
    /// How many partitions there are to choose from.
    package let partitionCount: Int
    /// The partition of records without a key.
    package private(set) var stickyPartition: Int

    /// Chooses among `partitionCount` partitions; records without a key begin at number `start`,
    /// taken modulo the count, so that producers can begin at different ones.
    package init(partitionCount: Int, start: Int) {
        precondition(partitionCount > 0, "a partitioner of \(partitionCount) partitions")
        self.partitionCount = partitionCount
        stickyPartition = Int(UInt(bitPattern: start) % UInt(partitionCount))
    }

    /// The partition of a record with this key; an empty key is a key.
    package func partition(for key: RawSpan?) -> Int {
        guard let key else { return stickyPartition }
        return Self.partition(for: key, of: partitionCount)
    }

    /// The partition of a key: Kafka's `toPositive(murmur2(key)) % partitionCount`.
    package static func partition(for key: RawSpan, of partitionCount: Int) -> Int {
        // Kafka's `toPositive` drops the sign bit; it is not the absolute value.
        Int(Murmur2.hash(key) & 0x7fff_ffff) % partitionCount
    }

    /// Moves records without a key on to the next partition: a batch of them is full or on its way.
    package mutating func advanceStickyPartition() {
        stickyPartition = (stickyPartition + 1) % partitionCount
    }
}
