import NewswireLog

/// Bytes that are not what was written, or not what they have to be beside others.
struct Damage: Hashable {
    let path: String
    /// The damaged bytes; nil when the whole file is meant.
    var bytes: Range<FilePosition>?
    /// The first offset that is lost or doubtful, if that is known.
    var offset: Offset?
    /// The offset with which good records go on, if they do.
    var nextOffset: Offset?
    /// What is wrong, as half a sentence.
    let problem: String

    static let columns = ["path", "position", "endPosition", "offset", "nextOffset", "problem"]
        .map(Column.init)

    var cells: [Cell] {
        [
            .text(path), bytes.map { .count($0.lowerBound.value) } ?? .null,
            bytes.map { .count($0.upperBound.value) } ?? .null,
            offset.map { .integer($0.value) } ?? .null,
            nextOffset.map { .integer($0.value) } ?? .null, .text(problem),
        ]
    }

    /// The sentence for people.
    var sentence: String {
        var place = path
        if let bytes {
            place += ", bytes \(bytes.lowerBound) to \(bytes.upperBound) (exclusive)"
        }
        if let offset {
            place +=
                nextOffset.map { ", offsets \(offset) to \($0) (exclusive)" }
                ?? ", from offset \(offset) on"
        }
        return "\(place): \(problem)"
    }
}

extension FormatFailure {
    /// What is wrong, as half a sentence.
    var sentence: String {
        switch self {
        case .tooNew(let version, let newest):
            "it has format \(version), and \(newest) is the newest that is known"
        case .tooOld(let version, let oldest):
            "it has format \(version), and \(oldest) is the oldest that is known"
        case .damaged(let what): what
        }
    }
}
