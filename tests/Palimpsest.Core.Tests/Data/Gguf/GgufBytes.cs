using System.Text;

namespace Palimpsest.Tests.Data.Gguf;

/// <summary>Writes small GGUF files for tests, right or wrong on request. It shares nothing with the reader.</summary>
internal sealed class GgufBytes
{
    private readonly List<byte[]> _values = [];
    private readonly List<(string Name, ulong[] Dims, uint Type, byte[] Data, ulong? Offset)> _tensors = [];

    public uint Version { get; set; } = 3;

    public ulong Alignment { get; set; } = 32;

    public ulong? TensorCount { get; set; }

    public ulong? ValueCount { get; set; }

    public static byte[] Text(string text) => [.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Items(uint type, params byte[][] items) => [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes((ulong)items.Length), .. items.SelectMany(item => item)];

    public GgufBytes Raw(byte[] key, uint type, byte[] content)
    {
        _values.Add([.. BitConverter.GetBytes((ulong)key.Length), .. key, .. BitConverter.GetBytes(type), .. content]);
        return this;
    }

    public GgufBytes Raw(string key, uint type, byte[] content) => Raw(Encoding.UTF8.GetBytes(key), type, content);

    public GgufBytes Add(string key, string value) => Raw(key, 8, Text(value));

    public GgufBytes Add(string key, uint value) => Raw(key, 4, BitConverter.GetBytes(value));

    public GgufBytes Add(string key, float value) => Raw(key, 6, BitConverter.GetBytes(value));

    public GgufBytes Add(string key, bool value) => Raw(key, 7, [value ? (byte)1 : (byte)0]);

    public GgufBytes Add(string key, params string[] values) => Raw(key, 9, Items(8, [.. values.Select(Text)]));

    public GgufBytes Add(string key, params float[] values) => Raw(key, 9, Items(6, [.. values.Select(BitConverter.GetBytes)]));

    public GgufBytes Add(string key, params int[] values) => Raw(key, 9, Items(5, [.. values.Select(BitConverter.GetBytes)]));

    /// <param name="name">The name.</param>
    /// <param name="dims">Row length first, as in the file.</param>
    /// <param name="type">Number of the type.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="offset">Another offset than the next one that is free.</param>
    public GgufBytes Tensor(string name, ulong[] dims, uint type, byte[] data, ulong? offset = null)
    {
        _tensors.Add((name, dims, type, data, offset));
        return this;
    }

    public byte[] ToArray()
    {
        List<byte> file = [.. "GGUF"u8, .. BitConverter.GetBytes(Version), .. BitConverter.GetBytes(TensorCount ?? (ulong)_tensors.Count), .. BitConverter.GetBytes(ValueCount ?? (ulong)_values.Count)];
        _values.ForEach(file.AddRange);
        List<byte> data = [];
        foreach ((string name, ulong[] dims, uint type, byte[] bytes, ulong? offset) in _tensors)
        {
            data.AddRange(new byte[(int)((Alignment - ((ulong)data.Count % Alignment)) % Alignment)]);
            file.AddRange(Text(name));
            file.AddRange(BitConverter.GetBytes((uint)dims.Length));
            file.AddRange(dims.SelectMany(BitConverter.GetBytes));
            file.AddRange(BitConverter.GetBytes(type));
            file.AddRange(BitConverter.GetBytes(offset ?? (ulong)data.Count));
            data.AddRange(bytes);
        }

        if (data.Count > 0)
        {
            file.AddRange(new byte[(int)((Alignment - ((ulong)file.Count % Alignment)) % Alignment)]);
        }

        return [.. file, .. data];
    }
}
