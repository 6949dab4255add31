/// One partition's batch of an atomic append, ready to be added to the open group.
struct AtomicPart {
    let target: OpenGroup.Target
    let bytes: [UInt8]
    let isDirect: Bool

    /// How many bytes of a group it takes at most.
    var cost: Int { OpenGroup.cost(isDirect ? 0 : bytes.count, to: target.log.partition) }
}
