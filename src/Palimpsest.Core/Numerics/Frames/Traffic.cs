namespace Palimpsest.Numerics.Frames;

/// <summary>Bytes of frames, by what they are.</summary>
/// <param name="Frames">Number of frames.</param>
/// <param name="HeaderBytes">Their headers, and what a protocol adds to them.</param>
/// <param name="IndexBytes">Positions.</param>
/// <param name="ValueBytes">Values and their scales.</param>
/// <param name="DenseBytes">What the whole vectors in f32 would have had: 4 n each, without headers.</param>
public readonly record struct Traffic(long Frames, long HeaderBytes, long IndexBytes, long ValueBytes, long DenseBytes)
{
    /// <summary>All bytes that were sent.</summary>
    public long Bytes => HeaderBytes + IndexBytes + ValueBytes;

    /// <summary>Bytes sent over those of dense f32 vectors; NaN where nothing was sent.</summary>
    public double Ratio => DenseBytes == 0 ? double.NaN : (double)Bytes / DenseBytes;

    /// <summary>The bytes of one frame.</summary>
    /// <exception cref="PalimpsestException">It is no frame, cut or damaged.</exception>
    public static Traffic Of(ReadOnlySpan<byte> frame)
    {
        FrameHeader header = FrameHeader.Read(frame);
        return new(1, FrameHeader.Length, frame.Length - FrameHeader.Length - header.ValueBytes, header.ValueBytes, 4 * header.N);
    }

    /// <summary>Both together.</summary>
    public static Traffic operator +(Traffic left, Traffic right) => new(
        left.Frames + right.Frames, left.HeaderBytes + right.HeaderBytes, left.IndexBytes + right.IndexBytes,
        left.ValueBytes + right.ValueBytes, left.DenseBytes + right.DenseBytes);

    /// <summary>What came since <paramref name="right"/> was read off.</summary>
    public static Traffic operator -(Traffic left, Traffic right) => new(
        left.Frames - right.Frames, left.HeaderBytes - right.HeaderBytes, left.IndexBytes - right.IndexBytes,
        left.ValueBytes - right.ValueBytes, left.DenseBytes - right.DenseBytes);

    /// <summary>The sum.</summary>
    public static Traffic Add(Traffic left, Traffic right) => left + right;

    /// <summary>The difference.</summary>
    public static Traffic Subtract(Traffic left, Traffic right) => left - right;
}
