/// Who produced a batch, so that a repeated one is known again.
package struct ProducerIdentity: Hashable, Sendable {
    /// The producer's number; never negative.
    package let producerId: Int64
    /// Which life of the producer: a later one fences the earlier ones.
    package let epoch: Int16
    /// The number of the first record in the producer's count; -1 in transaction markers.
    package let sequence: Int32

    package init(producerId: Int64, epoch: Int16, sequence: Int32) {
        self.producerId = producerId
        self.epoch = epoch
        self.sequence = sequence
    }

    /// The sequence `count` records later; after 2^31 - 1 comes 0.
    package static func sequence(_ sequence: Int32, plus count: Int32) -> Int32 {
        (sequence &+ count) & Int32.max
    }
}
