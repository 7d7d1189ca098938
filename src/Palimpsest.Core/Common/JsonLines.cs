using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Palimpsest.Common;

/// <summary>Writes JSON lines that people can read: letters of all scripts as they are.</summary>
internal static class JsonLines
{
    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a file whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">A line each.</param>
    /// <param name="onlyForUser">Whether nobody else may read it.</param>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<JsonObject> rows, bool onlyForUser = false) => AtomicFile.Write(path, stream =>
    {
        using StreamWriter lines = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (JsonObject row in rows)
        {
            lines.WriteLine(row.ToJsonString(s_relaxed));
        }
    }, onlyForUser);
}
