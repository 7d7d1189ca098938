using System.IO.Hashing;

namespace Palimpsest.Training.Checkpoints;

/// <summary>A stream that goes into a hash.</summary>
/// <param name="hash">Receives all that is written.</param>
internal sealed class HashingStream(NonCryptographicHashAlgorithm hash) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer) => hash.Append(buffer);

    public override void Write(byte[] buffer, int offset, int count) => hash.Append(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
