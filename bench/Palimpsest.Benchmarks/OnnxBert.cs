using System.Text;
using Microsoft.ML.OnnxRuntime;
using Palimpsest.Models.Transformers;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Benchmarks;

/// <summary>A bare BERT of a folder as an ONNX graph of the operations that exporters write, run by ONNX Runtime: the yardstick of <c>embed</c>.</summary>
/// <remarks>The wire format of protocol buffers is written by hand; field numbers are those of onnx.proto3 (opset 20, for Gelu).</remarks>
internal sealed class OnnxBert : IDisposable
{
    private const int Single = 1, Long = 7;
    private readonly MemoryStream _graph = new();
    private readonly EncoderModel _model;
    private readonly InferenceSession _session;
    private int _made;

    public OnnxBert(EncoderModel model, int threads)
    {
        _model = model;
        EncoderConfig config = model.Config;
        int width = config.HiddenSize, heads = config.Heads;
        string words = Op("Gather", [Weight("embeddings.word_embeddings.weight"), "ids"]);
        string length = Op("Gather", [Op("Shape", ["ids"]), Longs("one", [1], [])]);
        string end = Op("Unsqueeze", [length, Longs("axis", [0])]);
        string places = Op("Slice", [Weight("embeddings.position_embeddings.weight"), Longs("begin", [0]), end, "axis"]);
        string segment = Op("Gather", [Weight("embeddings.token_type_embeddings.weight"), Longs("first", [0], [])]);
        string x = Norm("embeddings.LayerNorm", Op("Add", [Op("Add", [words, segment]), places]));
        string hidden = Op("Sub", [Floats("whole", [1], []), Op("Cast", [Op("Unsqueeze", ["mask", Longs("axes", [1, 2])])], ("to", Single))]);
        string mask = Op("Mul", [hidden, Floats("never", [-1e9f], [])]);
        string split = Longs("split", [0, 0, heads, config.HeadWidth]), join = Longs("join", [0, 0, width]);
        string scale = Floats("scale", [1 / MathF.Sqrt(config.HeadWidth)], []);
        for (int layer = 0; layer < config.Layers; layer++)
        {
            string at = $"encoder.layer.{layer}.";
            string Split(string name, params long[] order) => Op("Transpose", [Op("Reshape", [Dense(at + name, x), split])], ("perm", order));
            string scores = Op("MatMul", [Split("attention.self.query", 0, 2, 1, 3), Split("attention.self.key", 0, 2, 3, 1)]);
            string shares = Op("Softmax", [Op("Add", [Op("Mul", [scores, scale]), mask])], ("axis", -1));
            string mixed = Op("Transpose", [Op("MatMul", [shares, Split("attention.self.value", 0, 2, 1, 3)])], ("perm", new long[] { 0, 2, 1, 3 }));
            x = Norm(at + "attention.output.LayerNorm", Op("Add", [Dense(at + "attention.output.dense", Op("Reshape", [mixed, join])), x]));
            string inner = Op("Gelu", [Dense(at + "intermediate.dense", x)]);
            x = Norm(at + "output.LayerNorm", Op("Add", [Dense(at + "output.dense", inner), x]));
        }

        Output = x;
        using SessionOptions options = new() { IntraOpNumThreads = threads, GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL };
        _session = new InferenceSession(Whole(), options);
    }

    private string Output { get; }

    /// <summary>The hidden state of texts that are filled up to one length: [texts, time, width].</summary>
    public float[] Hidden(int[][] texts)
    {
        int time = texts.Max(text => text.Length);
        long[] ids = new long[texts.Length * time], mask = new long[ids.Length];
        for (int row = 0; row < texts.Length; row++)
        {
            for (int i = 0; i < texts[row].Length; i++)
            {
                (ids[(row * time) + i], mask[(row * time) + i]) = (texts[row][i], 1);
            }
        }

        long[] shape = [texts.Length, time];
        using OrtValue first = OrtValue.CreateTensorValueFromMemory(ids, shape), second = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using RunOptions options = new();
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(options, ["ids", "mask"], [first, second], [Output]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        _session.Dispose();
        _graph.Dispose();
    }

    private string Dense(string name, string x) => Op("Add", [Op("MatMul", [x, Weight(name + ".weight", turned: true)]), Weight(name + ".bias")]);

    private string Norm(string name, string x) =>
        Op("LayerNormalization", [x, Weight(name + ".weight"), Weight(name + ".bias")], ("epsilon", (float)_model.Config.NormEpsilon));

    private string Weight(string name, bool turned = false)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = _model.Parameters[name];
        weight = turned ? weight.t().contiguous() : weight;
        return Initializer(name, Single, weight.shape, weight.bytes.ToArray());
    }

    private string Floats(string name, float[] values, long[]? shape = null) =>
        Initializer(name, Single, shape ?? [values.Length], System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private string Longs(string name, long[] values, long[]? shape = null) =>
        Initializer(name, Long, shape ?? [values.Length], System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    // TensorProto: dims, data_type, name, raw_data; GraphProto.initializer.
    private string Initializer(string name, int type, long[] shape, byte[] data)
    {
        using MemoryStream tensor = new();
        Array.ForEach(shape, size => Number(tensor, 1, size));
        Number(tensor, 2, type);
        Text(tensor, 8, name);
        Bytes(tensor, 9, data);
        Bytes(_graph, 5, tensor.ToArray());
        return name;
    }

    // NodeProto: input, output, op_type, attribute; AttributeProto: name, f, i, ints, type; GraphProto.node.
    private string Op(string kind, string[] inputs, params (string Name, object Value)[] attributes)
    {
        string output = $"t{_made++}";
        using MemoryStream node = new();
        Array.ForEach(inputs, input => Text(node, 1, input));
        Text(node, 2, output);
        Text(node, 4, kind);
        foreach ((string name, object value) in attributes)
        {
            using MemoryStream attribute = new();
            Text(attribute, 1, name);
            switch (value)
            {
                case float number:
                    Variable(attribute, (2 << 3) | 5);
                    attribute.Write(BitConverter.GetBytes(number));
                    Number(attribute, 20, 1);
                    break;
                case int number:
                    Number(attribute, 3, number);
                    Number(attribute, 20, 2);
                    break;
                case long[] numbers:
                    Array.ForEach(numbers, number => Number(attribute, 8, number));
                    Number(attribute, 20, 7);
                    break;
            }

            Bytes(node, 5, attribute.ToArray());
        }

        Bytes(_graph, 1, node.ToArray());
        return output;
    }

    // ModelProto: ir_version, graph, opset_import.
    private byte[] Whole()
    {
        Text(_graph, 2, "bert");
        Bytes(_graph, 11, Value("ids", Long));
        Bytes(_graph, 11, Value("mask", Long));
        Bytes(_graph, 12, Value(Output, Single));
        using MemoryStream model = new(), opset = new();
        Number(model, 1, 9);
        Bytes(model, 7, _graph.ToArray());
        Text(opset, 1, "");
        Number(opset, 2, 20);
        Bytes(model, 8, opset.ToArray());
        return model.ToArray();
    }

    // ValueInfoProto of an element type and no shape: name, type.tensor_type.elem_type.
    private static byte[] Value(string name, int type)
    {
        using MemoryStream tensor = new(), kind = new(), value = new();
        Number(tensor, 1, type);
        Bytes(kind, 1, tensor.ToArray());
        Text(value, 1, name);
        Bytes(value, 2, kind.ToArray());
        return value.ToArray();
    }

    private static void Number(MemoryStream target, int field, long value)
    {
        Variable(target, (ulong)field << 3);
        Variable(target, (ulong)value);
    }

    private static void Text(MemoryStream target, int field, string text) => Bytes(target, field, Encoding.UTF8.GetBytes(text));

    private static void Bytes(MemoryStream target, int field, byte[] bytes)
    {
        Variable(target, ((ulong)field << 3) | 2);
        Variable(target, (ulong)bytes.Length);
        target.Write(bytes);
    }

    private static void Variable(MemoryStream target, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            target.WriteByte((byte)(value | 0x80));
        }

        target.WriteByte((byte)value);
    }
}
