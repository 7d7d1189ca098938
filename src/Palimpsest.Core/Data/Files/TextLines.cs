using System.IO.Compression;
using System.Text;
using System.Text.Unicode;

namespace Palimpsest.Data.Files;

/// <summary>The lines of a text file of unknown origin, one by one in bounded memory.</summary>
public static class TextLines
{
    /// <summary>Reads lines.</summary>
    /// <param name="path">A file in UTF-8, with a byte-order mark or without, gzipped if its name ends in <c>.gz</c>.</param>
    /// <param name="blank">Gives blank lines too; otherwise they are only counted.</param>
    /// <returns>The number of a line, from 1, and the line without its end.</returns>
    /// <exception cref="PalimpsestException">There is no such file, it is a folder, a pipe or a device, its packing is damaged, or a line is longer than 16 MiB
    /// or not UTF-8.</exception>
    public static IEnumerable<(int Number, string Text)> Of(string path, bool blank = false)
    {
        DataFile.Existing(path);
        return Enumerate();

        IEnumerable<(int, string)> Enumerate()
        {
            bool packed = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
            using LineReader reader = new(path, packed ? new GZipStream(DataFile.Open(path), CompressionMode.Decompress) : DataFile.Open(path));
            while (reader.Next(blank))
            {
                ReadOnlyMemory<byte> line = reader.Line;
                if (line.Length > LineReader.LongestLine)
                {
                    throw new PalimpsestException($"{path} line {reader.Number}: is longer than 16 MiB. Split it.");
                }

                yield return Utf8.IsValid(line.Span)
                    ? (reader.Number, Encoding.UTF8.GetString(line.Span.TrimEnd((byte)'\r')))
                    : throw new PalimpsestException($"{path} line {reader.Number}: is not valid UTF-8. Save the file as UTF-8.");
            }
        }
    }
}
