using System.Security.Cryptography;
using System.Text;
using Palimpsest.Common;

namespace Palimpsest.Runs;

/// <summary>A file or folder that a run read.</summary>
/// <param name="Path">Where it lay.</param>
/// <param name="Sha256">SHA-256, lower-case hexadecimal: of the content of a file, or of the list of names and hashes of a folder.</param>
public sealed record RunInput(string Path, string Sha256)
{
    /// <summary>Reads and hashes a file, or a folder with everything in it.</summary>
    /// <exception cref="PalimpsestException">There is no such file or folder, or it cannot be read.</exception>
    public static RunInput Of(string path)
    {
        if (!System.IO.Path.Exists(path))
        {
            throw new PalimpsestException($"{path}: there is no such file or folder. Check the name; relative paths start at {Environment.CurrentDirectory}.");
        }

        try
        {
            return new RunInput(path, Directory.Exists(path) ? Folder(path) : FileHash(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PalimpsestException($"{path}: this input of the run cannot be read ({error.Message.TrimEnd('.')}). Check the path and its permissions.", error);
        }
    }

    private static string Folder(string folder)
    {
        StringBuilder list = new();
        IEnumerable<(string Name, string File)> files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => (System.IO.Path.GetRelativePath(folder, file).Replace('\\', '/'), file));
        foreach ((string name, string file) in files.OrderBy(pair => pair.Name, StringComparer.Ordinal))
            list.Append(FileHash(file)).Append("  ").Append(name).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list.ToString())));
    }

    private static string FileHash(string path)
    {
        RegularFile.Check(path);
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
