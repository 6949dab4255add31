import Foundation
import Testing

/// The project's own files.
enum SourceTree {
    /// The Swift and C files, read and scanned once per run.
    static var files: [SourceFile] {
        get throws { try scanned.get() }
    }

    /// The project's root, two folders above this file's own.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The paths of all files below the folders of code whose names end with one of `suffixes`.
    static func paths(endingWith suffixes: [String]) throws -> [String] {
        try ["Sources", "Tests", "tools", "Benchmarks"].flatMap { folder in
            try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path())
                .filter { path in suffixes.contains { path.hasSuffix($0) } }
                .map { "\(folder)/\($0)" }
        }.sorted()
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static let scanned = Result {
        try paths(endingWith: [".swift", ".c", ".h"]).map { path in
            SourceFile(path: path, text: try text(path))
        }
    }
}

/// A place that may break a rule, and why; the lists of them shrink.
struct Exemption {
    /// A file, or a folder with its slash.
    let path: String
    let reason: String

    init(_ path: String, because reason: String) {
        self.path = path
        self.reason = reason
    }

    func covers(_ finding: Finding) -> Bool {
        path.hasSuffix("/") ? finding.path.hasPrefix(path) : finding.path == path
    }
}

/// Fails the running test for each finding that no exemption covers, and for each exemption that
/// covers nothing any more.
func expectNone(
    _ findings: [Finding], except exemptions: [Exemption] = [],
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let broken = findings.filter { finding in !exemptions.contains { $0.covers(finding) } }
    let stale = exemptions.filter { exemption in !findings.contains { exemption.covers($0) } }
    // Asked outside of #expect, which would print each list once more.
    let isClean = broken.isEmpty
    let isTight = stale.isEmpty
    #expect(isClean, "\n\(broken.lines)", sourceLocation: sourceLocation)
    #expect(
        isTight, "exempted without need: \(stale.map(\.path))", sourceLocation: sourceLocation)
}

extension [Finding] {
    /// One finding a line.
    var lines: String { map(\.description).joined(separator: "\n") }
}
