namespace Palimpsest.Data.Gguf.Blocks;

/// <summary>A format of which only the sizes are known.</summary>
internal sealed class OpaqueFormat(GgufTensorType type, int values, int bytes) : BlockFormat(type, values, bytes)
{
    public override bool CanDecode => false;

    public override void Decode(ReadOnlySpan<byte> blocks, Span<float> target) => throw new NotSupportedException($"{Type} is not decoded.");
}
