/// Reads one segment of a log that was not closed in order, and decides batch by batch what stays.
struct TailScan {
    let file: any File
    /// Everything before it in this file was synced.
    var recoveryPosition = FilePosition.start
    /// The epochs that began before the segment; those that its batches show are added.
    var epochs = LeaderEpochTable()

    /// Where the log ends in this file.
    private(set) var end = FilePosition.start
    private(set) var nextOffset: Offset
    private(set) var indexes: SegmentIndexes
    /// Synced batches that cannot be read; the bytes stay.
    private(set) var lost: [LostRange] = []
    /// What is wrong with what follows `end`; nil when the file ends there.
    private(set) var cutReason: BatchFailure?

    private let baseOffset: Offset
    private let byteCount: Int
    private let interval: Int

    init(file: any File, baseOffset: Offset, byteCount: Int, interval: Int) {
        self.file = file
        self.baseOffset = baseOffset
        self.byteCount = byteCount
        self.interval = interval
        nextOffset = baseOffset
        indexes = SegmentIndexes(baseOffset: baseOffset)
    }

    mutating func run() throws(IOFailure) {
        var scan = SegmentScan(file, expecting: baseOffset, limit: byteCount)
        while let step = try scan.next() {
            switch step {
            case .batch(let header, let position): keep(header, at: position)
            case .damage(let failure, let position):
                let isBelow = position < recoveryPosition
                switch RecoveryDecision(isIntact: false, isBelowRecoveryPoint: isBelow) {
                case .keep: preconditionFailure("damage was found intact")
                case .cut:
                    cutReason = failure
                    return
                case .report:
                    guard try passDamage(failure, at: position, &scan) else { return }
                }
            }
        }
    }

    private mutating func keep(_ header: RecordBatchHeader, at position: FilePosition) {
        indexes.add(BatchFacts(header), at: position, interval: interval)
        if header.leaderEpoch > epochs.current ?? -1 {
            epochs.begin(header.leaderEpoch, at: header.baseOffset)
        }
        nextOffset = header.nextOffset
        end = position + header.byteCount
    }

    /// Goes on behind a synced batch that went bad, by its own length if that leads to a good
    /// batch.
    ///
    /// - Returns: false when nothing good follows: the bytes stay, and appends go on elsewhere.
    private mutating func passDamage(
        _ failure: BatchFailure, at position: FilePosition, _ scan: inout SegmentScan
    ) throws(IOFailure) -> Bool {
        let bytes = try file.read(RecordBatchHeader.byteCount, at: position)
        let header: RecordBatchHeader?
        do throws(BatchFailure) {
            header = try RecordBatchHeader(bytes.rawSpan)
        } catch { header = nil }  // Its length cannot be believed either: nothing to follow.
        let next = header.map { position + $0.byteCount } ?? FilePosition(byteCount)
        guard next.value < byteCount else {
            end = FilePosition(byteCount)
            return false
        }
        scan.move(to: next, expecting: nil)
        guard case .batch(let good, let found)? = try scan.next(), good.baseOffset >= nextOffset
        else {
            end = FilePosition(byteCount)
            return false
        }
        let path = file.path
        lost.append(
            LostRange(
                offsets: nextOffset..<good.baseOffset,
                reason: "\(path), position \(position): \(failure)"))
        keep(good, at: found)
        return true
    }
}
