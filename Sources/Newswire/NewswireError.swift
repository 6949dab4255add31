/// What every public call of the engine throws: a kind, one sentence, and the place.
///
/// The sentence says what happened, where, and what to do about it; it is for people. Programs look
/// at ``code``, ``isRetriable`` and the place.
public struct NewswireError: Error, Sendable, CustomStringConvertible {
    // One reference, so that a typed throw stays as cheap as returning a pointer.
    private let facts: Facts

    private final class Facts: Sendable {
        let code: Code
        let message: String
        let place: Place
        let cause: (any Error)?

        init(_ code: Code, _ message: String, _ place: Place, _ cause: (any Error)?) {
            self.code = code
            self.message = message
            self.place = place
            self.cause = cause
        }
    }

    /// Describes a failure of kind `code` at `place`, because of `cause`.
    public init(
        _ code: Code, _ message: String, at place: Place = Place(), cause: (any Error)? = nil
    ) {
        facts = Facts(code, message, place, cause)
    }

    /// Where something failed, as far as that is known.
    public struct Place: Hashable, Sendable {
        /// The topic.
        public var topic: String?
        /// The number of the partition in its topic.
        public var partition: Int?
        /// The record's offset, or the one that was asked for.
        public var offset: Offset?
        /// What could have been asked for instead, its end included.
        public var validOffsets: ClosedRange<Offset>?
        /// The path of the file or directory.
        public var file: String?
        /// The byte in the file.
        public var position: FilePosition?

        /// An unknown place.
        public init() {}

        /// A topic, or one of its partitions.
        public init(topic: String, partition: Int? = nil, offset: Offset? = nil) {
            self.topic = topic
            self.partition = partition
            self.offset = offset
        }

        /// A partition, and an offset in it.
        public init(_ partition: TopicPartition?, offset: Offset? = nil) {
            topic = partition?.topic
            self.partition = partition?.partition
            self.offset = offset
        }

        /// A file or directory.
        public init(file: String) { self.file = file }
    }

    /// The kind of failure.
    public var code: Code { facts.code }
    /// One sentence without a full stop: what, where, and what to do.
    public var message: String { facts.message }
    /// Everything that is known about where it happened.
    public var place: Place { facts.place }
    /// The topic, when one is concerned.
    public var topic: String? { facts.place.topic }
    /// The number of the partition, when one is concerned.
    public var partition: Int? { facts.place.partition }
    /// The offset, when one is concerned.
    public var offset: Offset? { facts.place.offset }
    /// The offsets that could have been asked for, its end included.
    public var validOffsets: ClosedRange<Offset>? { facts.place.validOffsets }
    /// The path of the file or directory, when one is concerned.
    public var file: String? { facts.place.file }
    /// The byte in the file, when one is concerned.
    public var position: FilePosition? { facts.place.position }
    /// What failed below, for instance a ``LogFailure``.
    public var cause: (any Error)? { facts.cause }

    /// Whether the same call may succeed later without any change by the caller.
    public var isRetriable: Bool { code.isRetriable }

    /// The sentence, after the kind.
    public var description: String { "\(code): \(message)" }
}

extension NewswireError {
    /// A kind of failure; more may come, so a `switch` over it needs a default.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Name: String {
            case corrupt, offsetOutOfRange, messageTooLarge, batchTooLarge, invalidRecord
            case inputOutput, diskFull, outOfDescriptors, stopped, deleted
            case locked, notNewswireDirectory, tooNew, tooOld, readOnly
            case closed, timedOut, cancelled, bufferFull
            case unknownTopic, unknownPartition, topicExists, invalidTopicName, internalTopic
            case unknownConfiguration, invalidConfiguration, unsupported, invalidArgument
        }
        private let name: Name

        /// Bytes on disk are not what was written.
        public static let corrupt = Self(name: .corrupt)
        /// The offset is not, or no longer, in the log.
        public static let offsetOutOfRange = Self(name: .offsetOutOfRange)
        /// A record is larger than `max.message.bytes`.
        public static let messageTooLarge = Self(name: .messageTooLarge)
        /// A batch is larger than `segment.bytes`.
        public static let batchTooLarge = Self(name: .batchTooLarge)
        /// A batch or record that no log would take.
        public static let invalidRecord = Self(name: .invalidRecord)
        /// The operating system refused; nothing of what was asked for can be read.
        public static let inputOutput = Self(name: .inputOutput)
        /// No space is left; the same call succeeds when there is.
        public static let diskFull = Self(name: .diskFull)
        /// The process has no file descriptor left.
        public static let outOfDescriptors = Self(name: .outOfDescriptors)
        /// A sync failed: nothing more is accepted until the directory is opened again.
        public static let stopped = Self(name: .stopped)
        /// The topic was deleted.
        public static let deleted = Self(name: .deleted)
        /// The directory is open elsewhere.
        public static let locked = Self(name: .locked)
        /// There is no Newswire directory at the path.
        public static let notNewswireDirectory = Self(name: .notNewswireDirectory)
        /// Written by a later version, whose formats this one does not know.
        public static let tooNew = Self(name: .tooNew)
        /// Written by a version whose formats are no longer read.
        public static let tooOld = Self(name: .tooOld)
        /// The directory was opened for reading only.
        public static let readOnly = Self(name: .readOnly)
        /// The engine, producer or consumer was closed.
        public static let closed = Self(name: .closed)
        /// The deadline passed first.
        public static let timedOut = Self(name: .timedOut)
        /// The task that waited was cancelled.
        public static let cancelled = Self(name: .cancelled)
        /// A producer's memory is used up by records that are not acknowledged yet.
        public static let bufferFull = Self(name: .bufferFull)
        /// There is no such topic.
        public static let unknownTopic = Self(name: .unknownTopic)
        /// The topic has no partition of that number.
        public static let unknownPartition = Self(name: .unknownPartition)
        /// There is such a topic already.
        public static let topicExists = Self(name: .topicExists)
        /// No topic may have that name.
        public static let invalidTopicName = Self(name: .invalidTopicName)
        /// The topic is the engine's own: it can be read, not changed.
        public static let internalTopic = Self(name: .internalTopic)
        /// There is no such configuration key.
        public static let unknownConfiguration = Self(name: .unknownConfiguration)
        /// A configuration value that its key does not take.
        public static let invalidConfiguration = Self(name: .invalidConfiguration)
        /// Known, but not in this version.
        public static let unsupported = Self(name: .unsupported)
        /// An argument that makes no sense.
        public static let invalidArgument = Self(name: .invalidArgument)

        /// Whether the same call may succeed later without any change by the caller.
        public var isRetriable: Bool {
            switch name {
            case .diskFull, .outOfDescriptors, .locked, .timedOut, .bufferFull: true
            default: false
            }
        }

        /// The kind in one word.
        public var description: String { name.rawValue }
    }
}
