internal import Glibc
public import NewswireLog

/// An operation that changed a simulated disk, or tried to.
public struct SimulatedOperation: Sendable, CustomStringConvertible {
    /// Its number, from 1.
    public let number: Int
    /// What was asked for.
    public let operation: IOFailure.Operation
    /// Of which file or directory.
    public let path: String
    /// Where in the file; nil for operations on whole files and names.
    public let position: Int?
    /// Of how many bytes; for a change of length, to how many.
    public let byteCount: Int?

    /// One line of a trace.
    public var description: String {
        let place = position.map { " at \($0)" } ?? ""
        let size = byteCount.map { " \($0) bytes" } ?? ""
        return "\(number) \(operation.rawValue) \(path)\(place)\(size)"
    }
}

/// What an operation is about, besides its path.
struct OperationDetails {
    var position: Int?
    var byteCount: Int?
    /// The bytes that are written, for the digest.
    var bytes: [UInt8] = []
}

/// Counts what happens to a disk, and turns its power off.
struct OperationLog {
    /// After how many changes the power fails; nil is never.
    var crashPoint: Int?
    /// How many operations changed the disk, or tried to.
    private(set) var count = 0
    /// The last changes, oldest first.
    private(set) var recent: [SimulatedOperation] = []
    /// A number that differs when anything asked of the disk differs, reading included.
    private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325

    private static let recentMax = 1024
    private static let changing: Set<IOFailure.Operation> = [
        .create, .write, .truncate, .reserve, .synchronize, .rename, .remove, .createDirectory,
        .synchronizeDirectory,
    ]

    /// Fails when the power is gone.
    func requirePower(_ operation: IOFailure.Operation, _ path: String) throws(IOFailure) {
        guard let crashPoint, count >= crashPoint else { return }
        throw IOFailure(operation, path, errorNumber: EIO)
    }

    mutating func begin(
        _ operation: IOFailure.Operation, _ path: String, _ details: OperationDetails
    ) throws(IOFailure) {
        try requirePower(operation, path)
        digest = details.bytes.digest(
            continuing: Array("\(operation.rawValue) \(path)".utf8).digest(continuing: digest))
        for number in [details.position, details.byteCount].compactMap({ $0 }) {
            digest = (digest ^ UInt64(truncatingIfNeeded: number)) &* 0x100_0000_01b3
        }
        guard Self.changing.contains(operation) else { return }
        count += 1
        // Twice the number, then half at once: dropping one each time would copy the rest.
        if recent.count == 2 * Self.recentMax { recent.removeFirst(Self.recentMax) }
        recent.append(
            SimulatedOperation(
                number: count, operation: operation, path: path, position: details.position,
                byteCount: details.byteCount))
    }
}
