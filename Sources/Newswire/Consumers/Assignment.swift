/// One partition of a consumer, under the consumer's lock.
struct Assignment {
    let partition: Partition
    /// Where it was told to begin, until the first read finds out what that means.
    var start: StartPosition?
    /// The offset of the next record that nobody was given.
    var position: Offset
    /// Counts how often it was told where to read: what was begun before counts no more.
    var epoch = 0
    var phase = Phase.ready

    enum Phase: Equatable {
        /// In the queue of those to read.
        case ready
        /// Somebody reads it.
        case reading
        /// There was nothing to read; the log tells when there is.
        case waiting(WaitTicket?)
    }

    init(_ partition: Partition, from start: StartPosition) throws(NewswireError) {
        self.partition = partition
        position = try partition.offset(of: start)
        // What retention removes before the first read was never promised to who begins there.
        self.start = start == .beginning ? start : nil
    }
}
