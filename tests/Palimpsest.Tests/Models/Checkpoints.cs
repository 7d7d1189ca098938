using Palimpsest.Data.Safetensors;

namespace Palimpsest.Tests.Models;

/// <summary>Changes safetensors files for tests.</summary>
internal static class Checkpoints
{
    /// <summary>Writes a file again with other names; a tensor whose new name is null is left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rename">The new name of each tensor.</param>
    /// <param name="added">New tensors: a name, and the name of the tensor of which it is a copy, before it is renamed. Its first byte is changed if
    /// <c>Differs</c>.</param>
    public static void Rewrite(string path, Func<string, string?> rename, params (string Name, string CopyOf, bool Differs)[] added)
    {
        List<TensorSource> tensors = [];
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            TensorSource Copy(string name, TensorEntry entry, bool differs)
            {
                byte[] bytes = new byte[entry.ByteLength];
                file.Read(entry, bytes);
                bytes[0] ^= differs ? (byte)1 : (byte)0;
                return new TensorSource(name, entry.Type, entry.Shape, stream => stream.Write(bytes));
            }

            tensors.AddRange(
                file.Entries.Values.Where(entry => rename(entry.Name) is not null).Select(entry => Copy(rename(entry.Name)!, entry, differs: false)));
            tensors.AddRange(added.Select(item => Copy(item.Name, file[item.CopyOf], item.Differs)));
        }

        SafetensorsWriter.Write(path, tensors);
    }
}
