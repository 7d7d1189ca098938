using System.Buffers.Binary;
using System.Text.Json;
using Palimpsest.Common;

namespace Palimpsest.Data.Safetensors;

/// <summary>Writes a safetensors file whole or not at all, its data aligned to 64 bytes so that it can be mapped.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 64;

    /// <summary>Writes tensors in the given order.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <param name="tensors">Name, type, shape and a function that writes the tensor's bytes, row-major and little-endian.</param>
    /// <param name="metadata">Strings for <c>__metadata__</c>.</param>
    /// <exception cref="PalimpsestException">The file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">A function wrote another number of bytes than its tensor has.</exception>
    public static void Write(string path, IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        byte[] header = Header(tensors, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> prefix = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
            stream.Write(prefix);
            stream.Write(header);
            foreach (TensorSource tensor in tensors)
            {
                long before = stream.Position;
                tensor.Write(stream);
                if (stream.Position - before != tensor.ByteLength)
                {
                    throw new InvalidOperationException($"Tensor \"{tensor.Name}\" wrote {stream.Position - before} bytes instead of {tensor.ByteLength}.");
                }
            }
        });
    }

    private static byte[] Header(IReadOnlyList<TensorSource> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach (TensorSource tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.ToString());
                json.WriteStartArray("shape");
                foreach (long extent in tensor.Shape)
                {
                    json.WriteNumberValue(extent);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.ByteLength);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while ((buffer.Length + 8) % Alignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }
}
