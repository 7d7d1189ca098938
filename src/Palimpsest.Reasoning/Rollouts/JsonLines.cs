using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Palimpsest.Common;

namespace Palimpsest.Reasoning.Rollouts;

/// <summary>Writes JSON lines that people can read: letters of all scripts as they are.</summary>
internal static class JsonLines
{
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">A line each.</param>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<JsonObject> rows) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter lines = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (JsonObject row in rows)
        {
            lines.WriteLine(row.ToJsonString(s_relaxed));
        }
    });

    /// <summary>A message of a chat.</summary>
    public static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };
}
