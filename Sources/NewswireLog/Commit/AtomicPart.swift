/// One partition's batch of an atomic append, ready to be added to the open group.
struct AtomicPart {
    let target: OpenGroup.Target
    let bytes: [UInt8]

    /// How many bytes of a group it takes at most.
    var cost: Int { OpenGroup.cost(bytes.count, to: target.log.partition) }
}
