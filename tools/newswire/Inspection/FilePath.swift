/// Paths as text, parts joined by `/`.
enum FilePath {
    /// The last part: the name of the file or directory.
    static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// The path without its last part; nil when there is no other part.
    static func parent(of path: String) -> String? {
        let parts = path.split(separator: "/").dropLast()
        guard !parts.isEmpty else { return nil }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// The path of something in a directory.
    static func join(_ directory: String, _ name: String) -> String {
        directory.hasSuffix("/") ? directory + name : directory + "/" + name
    }
}
