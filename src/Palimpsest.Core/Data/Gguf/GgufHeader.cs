namespace Palimpsest.Data.Gguf;

/// <summary>What stands before the data of one file.</summary>
internal sealed record GgufHeader(int Version, int Alignment, GgufMetadata Metadata, IReadOnlyList<GgufTensor> Tensors);
