using System.Buffers.Binary;
using System.Text;
using Palimpsest.Common;
using Palimpsest.Runs;

namespace Palimpsest.Tests.Runs;

public sealed class TensorBoardWriterTests
{
    // RFC 3720, appendix B.4, and the check value that catalogues of CRCs give.
    public static TheoryData<byte[], uint> Vectors => new()
    {
        { new byte[32], 0x8A9136AA },
        { [.. Enumerable.Repeat((byte)0xFF, 32)], 0x62A8AB43 },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)i)], 0x46DD794E },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)(31 - i))], 0x113FDB5C },
        { "123456789"u8.ToArray(), 0xE3069283 },
        { [], 0 },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Crc32C_KnownVectors_AreMet(byte[] data, uint expected)
    {
        Assert.Equal(expected, Crc32C.Of(data));
        Assert.Equal(expected, SlowCrc(data));
    }

    [Fact]
    public void Scalar_Written_IsReadByAnIndependentReader()
    {
        using TemporaryFolder folder = new();
        using TensorBoardWriter writer = new(folder.Path, new FixedTime(1_700_000_000));
        writer.Scalar("train/loss", 1.5, 0);
        writer.Scalar("train/loss", double.NaN, 300);
        writer.Scalar("größe", -0.25, long.MaxValue);
        Assert.Equal(folder["events.out.tfevents.1700000000.palimpsest"], writer.Path);

        List<Dictionary<int, List<byte[]>>> events = [.. Records(writer.Path!).Select(Fields)];
        Assert.Equal("brain.Event:2", Encoding.UTF8.GetString(events[0][3][0]));
        Assert.All(events, item => Assert.Equal(1_700_000_000.0, BitConverter.ToDouble(item[1][0])));
        Assert.Equal([0, 0, 300, long.MaxValue], events.Select(item => (long)BinaryPrimitives.ReadUInt64LittleEndian(item[2][0])));
        Assert.Equal([("train/loss", 1.5f), ("train/loss", float.NaN), ("größe", -0.25f)], events.Skip(1).Select(item => Fields(Fields(item[5][0])[1][0])).Select(value => (Encoding.UTF8.GetString(value[1][0]), BitConverter.ToSingle(value[2][0]))));
    }

    [Fact]
    public void Text_Written_IsAStringTensorOfTheTextPlugin()
    {
        using TemporaryFolder folder = new();
        using TensorBoardWriter writer = new(folder.Path);
        writer.Text("notes", "**ä**", 7);
        Dictionary<int, List<byte[]>> value = Fields(Fields(Fields(Records(writer.Path!).Last())[5][0])[1][0]);
        Dictionary<int, List<byte[]>> tensor = Fields(value[8][0]);
        Assert.Equal("notes", Encoding.UTF8.GetString(value[1][0]));
        Assert.Equal(7UL, BinaryPrimitives.ReadUInt64LittleEndian(tensor[1][0]));
        Assert.Equal("**ä**", Encoding.UTF8.GetString(tensor[8][0]));
        Assert.Equal(1UL, BinaryPrimitives.ReadUInt64LittleEndian(Fields(Fields(tensor[2][0])[2][0])[1][0]));
        Assert.Equal("text", Encoding.UTF8.GetString(Fields(Fields(value[9][0])[1][0])[1][0]));
    }

    [Fact]
    public void Write_Again_OpensANewLaterFile()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 3; i++)
        {
            using TensorBoardWriter writer = new(folder.Path, new FixedTime(1_700_000_000));
            Assert.Null(writer.Path);
            writer.Scalar("a", i, i);
        }

        Assert.Equal(["1700000000", "1700000001", "1700000002"], Directory.GetFiles(folder.Path).Select(file => file.Split('.')[^2]).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(folder.Path), file => Assert.Equal(2, Records(file).Count()));
    }

    [Fact]
    public void RunFolder_Metrics_AreEventsToo()
    {
        using TemporaryFolder root = new();
        using RunFolder run = RunFolder.Create(root.Path, "finetune", "schema: 1\n");
        run.AppendMetrics(new Dictionary<string, double> { ["loss"] = 2, ["rate"] = 0.5 }, 1);
        run.AppendMetrics(new Dictionary<string, double> { ["loss"] = 1 }, 2);
        run.TruncateMetrics(1);
        string file = Assert.Single(Directory.GetFiles(run.Path, "events.out.tfevents.*.palimpsest"));
        Dictionary<int, List<byte[]>>[] events = [.. Records(file).Select(Fields)];
        Assert.Equal(["loss", "rate"], Fields(events[1][5][0])[1].Select(value => Encoding.UTF8.GetString(Fields(value)[1][0])));

        // A session that starts at step 2: TensorBoard drops what it knows from there on.
        Assert.Equal((2UL, 1UL), (BinaryPrimitives.ReadUInt64LittleEndian(events[3][2][0]), BinaryPrimitives.ReadUInt64LittleEndian(Fields(events[3][7][0])[1][0])));
    }

    [Fact]
    public void Write_NoFolder_Throws()
    {
        using TemporaryFolder folder = new();
        using TensorBoardWriter writer = new(folder["none"]);
        Assert.Contains("cannot be written", Assert.Throws<PalimpsestException>(() => writer.Scalar("a", 1, 1)).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<byte[]> Records(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        for (int at = 0; at < file.Length;)
        {
            int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at)));
            Assert.Equal(Masked(file[at..(at + 8)]), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            byte[] data = file[(at + 12)..(at + 12 + length)];
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            yield return data;
            at += 16 + length;
        }
    }

    // ((crc >> 15) | (crc << 17)) + 0xa282ead8, as TensorFlow states it.
    private static uint Masked(byte[] data)
    {
        uint crc = SlowCrc(data);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8u);
    }

    // Bit by bit, with the reversed polynomial.
    private static uint SlowCrc(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        return ~crc;
    }

    // Fields of a message by number; integers as 8 bytes.
    private static Dictionary<int, List<byte[]>> Fields(byte[] message)
    {
        Dictionary<int, List<byte[]>> fields = [];
        for (int at = 0; at < message.Length;)
        {
            ulong key = Varint();
            byte[] value = (key & 7) switch
            {
                0 => BitConverter.GetBytes(Varint()),
                1 => Take(8),
                2 => Take((int)Varint()),
                5 => Take(4),
                _ => throw new InvalidDataException(),
            };
            if (!fields.TryGetValue((int)(key >> 3), out List<byte[]>? list))
            {
                fields.Add((int)(key >> 3), list = []);
            }

            list.Add(value);

            byte[] Take(int count) => message[at..(at += count)];

            ulong Varint()
            {
                ulong result = 0;
                for (int shift = 0; ; shift += 7)
                {
                    byte part = message[at++];
                    result |= (ulong)(part & 0x7F) << shift;
                    if (part < 0x80)
                    {
                        return result;
                    }
                }
            }
        }

        return fields;
    }

    private sealed class FixedTime(long seconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(seconds);
    }
}
