import NewswireLog

/// Compares an index with the log beside it, while somebody goes through the log batch by batch.
struct IndexCheck {
    private var slots: IndexSlots
    // The slot that no batch was compared with yet; nil at the end.
    private var next: IndexSlots.Slot?
    private var largestTimestamp = Timestamp.absent
    private let path: String
    /// What does not agree.
    private(set) var damage: [Damage] = []
    private(set) var slotCount = 0

    init(_ file: any File, _ name: SegmentFileName) throws(IOFailure) {
        path = file.path
        slots = try IndexSlots(file, name)
        try advance()
    }

    /// Compares with the next batch of the log.
    mutating func compare(
        _ header: RecordBatchHeader, at position: FilePosition
    ) throws(IOFailure) {
        largestTimestamp = max(largestTimestamp, header.maxTimestamp)
        while let slot = next, isDue(slot, header, position) {
            if let problem = problem(with: slot, header, position) { report(problem, slot) }
            try advance()
        }
    }

    /// Leaves out the slots that lead into damaged bytes: the log's damage is reported, not theirs.
    mutating func pass(_ damage: Damage) throws(IOFailure) {
        while let slot = next, isInside(damage, slot) { try advance() }
    }

    private func isInside(_ damage: Damage, _ slot: IndexSlots.Slot) -> Bool {
        let end = damage.nextOffset ?? Offset(.max)
        return switch slot {
        case .offset(_, _, let position): damage.bytes.map { position < $0.upperBound } ?? false
        case .time(_, _, let offset): offset < end
        case .transaction(_, let aborted): aborted.lastOffset < end
        }
    }

    /// Reports the slots that lead behind the end of the log.
    mutating func finish() throws(IOFailure) {
        while let slot = next {
            if case .transaction = slot {} else { report("leads behind the end of the log", slot) }
            try advance()
        }
    }

    /// Whether the batch is the one that the slot means, or one behind it.
    private func isDue(
        _ slot: IndexSlots.Slot, _ header: RecordBatchHeader, _ position: FilePosition
    ) -> Bool {
        switch slot {
        case .offset(_, _, let slotPosition): slotPosition <= position
        case .time(_, _, let offset): offset <= header.lastOffset
        case .transaction(_, let aborted): aborted.lastOffset <= header.lastOffset
        }
    }

    private func problem(
        with slot: IndexSlots.Slot, _ header: RecordBatchHeader, _ position: FilePosition
    ) -> String? {
        switch slot {
        case .offset(_, let offset, let slotPosition):
            guard slotPosition == position else {
                return "leads to byte \(slotPosition), where no batch begins"
            }
            guard (header.baseOffset...header.lastOffset).contains(offset) else {
                return "says offset \(offset) of a batch of \(header.baseOffset) to"
                    + " \(header.lastOffset)"
            }
        case .time(_, let timestamp, let offset):
            guard timestamp == largestTimestamp else {
                return "says that \(timestamp) is the largest timestamp up to offset \(offset),"
                    + " which is \(largestTimestamp)"
            }
        case .transaction(_, let aborted):
            let isMarker = header.attributes.isControl && header.producerId == aborted.producerId
            guard isMarker, header.lastOffset == aborted.lastOffset else {
                return "says that offset \(aborted.lastOffset) ends a transaction, and it does not"
            }
        }
        return nil
    }

    private mutating func report(_ problem: String, _ slot: IndexSlots.Slot) {
        damage.append(
            Damage(
                path: path, bytes: slots.range(of: slot), problem: "slot \(slot.number) \(problem)")
        )
    }

    private mutating func advance() throws(IOFailure) {
        while true {
            switch try slots.next() {
            case .slot(let slot):
                slotCount += 1
                next = slot
                return
            case .damage(let found): damage.append(found)
            case nil:
                next = nil
                return
            }
        }
    }
}
