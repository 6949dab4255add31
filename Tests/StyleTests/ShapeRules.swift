/// The limits of shape: what fits on a screen and into a head.
enum ShapeRules {
    static let lineWidthMax = 100
    static let fileLinesMax = 600
    static let functionLinesMax = 70
    static let parametersMax = 5
    static let nestingMax = 3

    static func longLines(_ file: SourceFile) -> [Finding] {
        file.lines.enumerated().compactMap { number, line in
            // Bytes are counted first, which is quicker and never fewer.
            guard line.utf8.count > lineWidthMax, line.count > lineWidthMax else { return nil }
            return file.finding(
                line: number + 1, "\(line.count) columns, at most \(lineWidthMax): break the line")
        }
    }

    static func longFile(_ file: SourceFile) -> [Finding] {
        guard file.lineCount > fileLinesMax else { return [] }
        let message = "\(file.lineCount) lines, at most \(fileLinesMax): split it by concern"
        return [file.finding(line: fileLinesMax + 1, message)]
    }

    static func longFunctions(_ file: SourceFile) -> [Finding] {
        file.bodies.filter { $0.lineCount > functionLinesMax }.map { body in
            let message = "\(body.name) has \(body.lineCount) lines, at most \(functionLinesMax)"
            return file.finding(line: body.line, message)
        }
    }

    static func manyParameters(_ file: SourceFile) -> [Finding] {
        file.bodies.compactMap { body in
            guard let count = body.parameterCount, count > parametersMax else { return nil }
            let message = "\(body.name) has \(count) parameters, at most \(parametersMax)"
            return file.finding(line: body.line, message)
        }
    }

    static func deepNesting(_ file: SourceFile) -> [Finding] {
        file.bodies.filter { $0.nesting > nestingMax }.map { body in
            let message = "\(body.name) nests \(body.nesting) blocks, at most \(nestingMax)"
            return file.finding(line: body.deepestLine, message)
        }
    }
}
