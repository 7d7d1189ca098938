using System.Text.Json;
using CsCheck;
using Palimpsest.Data.Safetensors;
using Palimpsest.Numerics;
using Palimpsest.Torch;
using Palimpsest.Training.Optimizers;
using static TorchSharp.torch;

namespace Palimpsest.Tests.Training;

/// <summary>8-bit AdamW against bitsandbytes 0.50 on a CPU and a NumPy form of its CUDA kernel; its codes against both.</summary>
public sealed class AdamW8bitTests
{
    private const string Quantized = "big", Plain = "small";

    public static IEnumerable<TheoryDataRow<string, int, string>> Runs() => OptimData.Rows("adam8bit_runs", "name");

    public static IEnumerable<TheoryDataRow<string, int, string>> Arrays() => OptimData.Rows("quantization_8bit", "key");

    [Theory]
    [MemberData(nameof(Runs), DisableDiscoveryEnumeration = true)]
    public void Step_FromEachRecordedState_GivesTheNext(string set, int number, string name)
    {
        OptimData data = OptimData.Of(set);
        using SafetensorsFile golden = data.Open("adam8bit.safetensors"), inputs = data.Open("inputs8bit.safetensors");
        JsonElement run = data.Index("adam8bit_runs")[number];
        int compared = 0;
        foreach (string rules in (string[])["cpu", "cuda"])
        {
            foreach (int step in Enumerable.Range(1, 50).Where(step => Has(golden, $"{name}.{rules}.{step}")
                && (step == 1 || Has(golden, $"{name}.{rules}.{step - 1}"))))
            {
                using FlatParameters parameters = OptimData.Parameters(inputs);
                using AdamW8bit optimizer = new(parameters, Options(run, rules));
                if (step > 1)
                {
                    Restore(parameters, optimizer, golden, $"{name}.{rules}.{step - 1}");
                }

                optimizer.StepCount = step - 1;
                Feed(parameters, inputs, step, run);
                optimizer.Step(run.GetProperty("config").GetProperty("lr").GetDouble());
                Near(OptimData.Floats(golden, $"{name}.{rules}.{step}.param.{Quantized}"), parameters[Quantized], 1e-6);
                for (int moment = 1; moment <= 2; moment++)
                {
                    float[] scales = OptimData.Floats(golden, $"{name}.{rules}.{step}.absmax{moment}.{Quantized}");
                    Assert.All(scales.Zip(TensorBytes.ToArray(State(optimizer, $"absmax{moment}.{Quantized}"))), pair =>
                        Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-6 * pair.First));

                    byte[] expected = OptimData.Bytes(golden, $"{name}.{rules}.{step}.code{moment}.{Quantized}"),
                        found = OptimData.Bytes(State(optimizer, $"codes{moment}.{Quantized}"));
                    int other = expected.Zip(found).Count(pair => pair.First != pair.Second);
                    Assert.True(other == 0, $"{rules}, step {step}: {other} codes of moment {moment} differ");
                }

                compared++;
            }
        }

        Assert.True(compared > 0);
    }

    [Theory]
    [MemberData(nameof(Runs), DisableDiscoveryEnumeration = true)]
    public void Step_WholeRun_StaysWithTheReference(string set, int number, string name)
    {
        OptimData data = OptimData.Of(set);
        using SafetensorsFile golden = data.Open("adam8bit.safetensors"), inputs = data.Open("inputs8bit.safetensors");
        JsonElement run = data.Index("adam8bit_runs")[number];
        double rate = run.GetProperty("config").GetProperty("lr").GetDouble();
        int compared = 0;
        foreach (string rules in ((string[])["cpu", "cuda"]).Where(rules => Has(golden, $"{name}.{rules}.1")))
        {
            using FlatParameters parameters = OptimData.Parameters(inputs);
            using AdamW8bit optimizer = new(parameters, Options(run, rules));
            int steps = (int)(inputs[$"grad.{Quantized}"].Count / parameters.Layout[Quantized].Count);
            for (int step = 1; step <= steps; step++)
            {
                Feed(parameters, inputs, step, run);
                optimizer.Step(rate);
                string prefix = $"{name}.{rules}.{step}";
                if (!Has(golden, prefix))
                {
                    continue;
                }

                // One flipped code moves a parameter by up to half the rate.
                Near(OptimData.Floats(golden, $"{prefix}.param.{Quantized}"), parameters[Quantized], 2 * rate);
                for (int moment = 1; moment <= 2; moment++)
                {
                    byte[] expected = OptimData.Bytes(golden, $"{prefix}.code{moment}.{Quantized}"),
                        found = OptimData.Bytes(State(optimizer, $"codes{moment}.{Quantized}"));
                    Assert.InRange(expected.Zip(found).Count(pair => pair.First == pair.Second), 0.99 * expected.Length, expected.Length);
                }

                foreach ((string kind, Tensor values) in new[] { ("param", parameters[Plain]), ("state1", State(optimizer, $"exp_avg.{Plain}")),
                    ("state2", State(optimizer, $"exp_avg_sq.{Plain}")) })
                {
                    if (golden.Entries.ContainsKey($"{prefix}.{kind}.{Plain}"))
                    {
                        Near(OptimData.Floats(golden, $"{prefix}.{kind}.{Plain}"), values, 2e-6);
                    }
                }

                compared++;
            }
        }

        Assert.True(compared > 1);
    }

    [Theory]
    [MemberData(nameof(Arrays), DisableDiscoveryEnumeration = true)]
    public void Quantize_ReferenceArray_GivesTheSameCodes(string set, int number, string key)
    {
        OptimData data = OptimData.Of(set);
        using SafetensorsFile golden = data.Open("quantization.safetensors");
        bool signed = key.Contains("-signed.", StringComparison.Ordinal);
        int block = int.Parse(key.Split('.')[^1], System.Globalization.CultureInfo.InvariantCulture);
        DynamicCode book = signed ? DynamicCode.Signed : DynamicCode.Unsigned;
        float[] values = OptimData.Floats(golden, key.Split('.')[0] + ".input");
        values = signed ? values : [.. values.Select(Math.Abs)];
        byte[] nearest = new byte[values.Length], table = new byte[values.Length];
        List<float> scales = [];
        float[] read = new float[values.Length];
        for (int at = 0; at < values.Length; at += block)
        {
            Range part = at..Math.Min(values.Length, at + block);
            scales.Add(book.Quantize(values.AsSpan(part), nearest.AsSpan(part), byTable: false));
            book.Quantize(values.AsSpan(part), table.AsSpan(part), byTable: true);
            book.Dequantize(table.AsSpan(part), scales[^1], read.AsSpan(part));
        }

        Assert.Equal(OptimData.Floats(golden, key + ".absmax"), scales);
        Assert.Equal(OptimData.Bytes(golden, key + ".nearest.codes"), nearest);
        Assert.Equal(OptimData.Bytes(golden, key + ".cpu.codes"), table);
        Assert.Equal(data.Index("quantization_8bit")[number].GetProperty("codes_differing_cpu_vs_nearest").GetInt32(),
            nearest.Zip(table).Count(pair => pair.First != pair.Second));
        if (golden.Entries.ContainsKey(key + ".cpu.dequantized"))
        {
            Assert.Equal(OptimData.Floats(golden, key + ".cpu.dequantized"), read);
        }
    }

    [Fact]
    public void Values_BothBooks_AreThoseOfTheLibrary()
    {
        foreach (string set in OptimData.Sets())
        {
            using SafetensorsFile golden = OptimData.Of(set).Open("quantization.safetensors");
            foreach ((string name, DynamicCode book) in new[] { ("signed", DynamicCode.Signed), ("unsigned", DynamicCode.Unsigned) })
            {
                Assert.Equal(OptimData.Floats(golden, $"codebook.dynamic.{name}"), book.Values.ToArray());
            }
        }
    }

    [Fact]
    public void Nearest_AnyNumber_IsTheOneOfASearchThroughAll() =>
        Gen.OneOf(Gen.Single[-1, 1], Gen.Single[-1e-4f, 1e-4f], Gen.Single[-1e-6f, 1e-6f],
        Gen.Int[0, 254].Select(code => (DynamicCode.Signed.Values[code] + DynamicCode.Signed.Values[code + 1]) * 0.5f)).Sample(value =>
    {
        Assert.Equal(Searched(DynamicCode.Signed, value), DynamicCode.Signed.Nearest(value));
        Assert.Equal(Searched(DynamicCode.Unsigned, Math.Abs(value)), DynamicCode.Unsigned.Nearest(Math.Abs(value)));
    });

    /// <summary>The search begins where a table of upper halves says; so every f32 beside a bound, and every end of an upper half, is asked.</summary>
    [Fact]
    public void Nearest_EveryBoundAndUpperHalf_IsTheOneOfASearchThroughAll()
    {
        foreach (DynamicCode book in new[] { DynamicCode.Signed, DynamicCode.Unsigned })
        {
            float[] middles = [.. Enumerable.Range(0, 255).Select(code => (book.Values[code] + book.Values[code + 1]) * 0.5f)];
            float[] ends = [.. Enumerable.Range(0, 1 << 16).SelectMany(upper => new[] { upper << 16, (upper << 16) | 0xFFFF })
                .Select(BitConverter.Int32BitsToSingle)];
            Assert.All([.. middles.SelectMany(middle => new[] { middle, MathF.BitDecrement(middle), MathF.BitIncrement(middle) }),
                .. ends.Where(value => Math.Abs(value) <= 1)], value => Assert.Equal(Searched(book, value), book.Nearest(value)));
        }
    }

    // In exact distances; where two are equally near, the even code.
    private static byte Searched(DynamicCode book, float value)
    {
        int best = 0;
        for (int next = 0; next < 255; next++)
        {
            float middle = (book.Values[next] + book.Values[next + 1]) * 0.5f;
            best = value > middle || (value == middle && next % 2 == 1) ? next + 1 : best;
        }

        return (byte)best;
    }

    /// <summary>The definition, entry by entry: a quotient, a search through all codes, the sign.</summary>
    [Fact]
    public void Quantize_AnyBlock_GivesTheCodesOfTheDefinition()
    {
        Gen<float> number = Gen.Frequency((8, Gen.Single[-1, 1]), (4, Gen.Single[-1e-4f, 1e-4f]), (4, Gen.Single[-1e-6f, 1e-6f]), (1, Gen.Const(0f)),
            (1, Gen.Const(-0f)), (2, Gen.Int[0, 254].Select(code => DynamicCode.Signed.Values[code])));
        Gen.Select(number.Array[1, 600], Gen.Single[1e-20f, 1e20f], Gen.Bool).Sample((shares, largest, signed) =>
        {
            DynamicCode book = signed ? DynamicCode.Signed : DynamicCode.Unsigned;
            float[] values = [.. shares.Select(share => (signed ? share : Math.Abs(share)) * largest)];
            byte[] codes = new byte[values.Length], expected = new byte[values.Length];
            float scale = book.Quantize(values, codes, byTable: false);
            Assert.Equal(values.Max(Math.Abs), scale);
            if (scale > 0)
            {
                expected = [.. values.Select(value => Searched(book, value / scale))];
            }

            Assert.Equal(expected, codes);
            float[] read = new float[values.Length];
            book.Dequantize(codes, scale, read);
            Assert.Equal(codes.Select(code => book.Values[code] * scale), read);
            if (signed && scale > 0)
            {
                book.KeepSigns(values, codes);
                Assert.Equal(expected.Zip(values, (code, value) =>
                    float.IsNegative(book.Values[code]) == float.IsNegative(value) ? code : (byte)(code + (value > 0 ? 1 : -1))), codes);
            }
        });
    }

    [Fact]
    public void Step_AnyThreads_GivesTheSameBits()
    {
        using FlatParameters one = Filled(), two = Filled();
        using AdamW8bit first = new(one, new AdamW8bitOptions { WeightDecay = 0.1 }), second = new(two, new AdamW8bitOptions { WeightDecay = 0.1 });
        int threads = get_num_threads();
        try
        {
            for (int step = 0; step < 3; step++)
            {
                set_num_threads(1);
                first.Step(0.01);
                set_num_threads(3);
                second.Step(0.01);
            }
        }
        finally
        {
            set_num_threads(threads);
        }

        Assert.Equal(OptimData.Bytes(one.Values), OptimData.Bytes(two.Values));
        Assert.All(first.State.Zip(second.State), pair => Assert.Equal(OptimData.Bytes(pair.First.Values), OptimData.Bytes(pair.Second.Values)));

        // 2.03 bytes a parameter, for those that are large enough.
        Assert.Equal((300 * 301 * 2) + (2 * 4 * ((300 * 301 / 256) + 1)) + (8 * 5),
            first.State.Sum(state => state.Values.NumberOfElements * state.Values.ElementSize));

        static FlatParameters Filled()
        {
            FlatParameters parameters = new(new ParameterLayout([("w", [300L, 301L]), ("b", [5L])]));
            RandomStream random = new(5);
            OptimData.Put(parameters.Values, [.. Enumerable.Range(0, (int)parameters.Layout.Count).Select(_ => (float)random.NextGaussian())]);
            OptimData.Put(parameters.Gradients, [.. Enumerable.Range(0, (int)parameters.Layout.Count).Select(_ => (float)random.NextGaussian())]);
            return parameters;
        }
    }

    [Fact]
    public void Create_FrozenAndOtherTypes_HaveNoStateOrAreRefused()
    {
        using FlatParameters parameters = new(new ParameterLayout([("w", [100L, 100L]), ("b", [5L])]));
        using AdamW8bit optimizer = new(parameters, new AdamW8bitOptions(), [new() { Match = "w", Frozen = true }]);
        Assert.Equal(["exp_avg.b", "exp_avg_sq.b"], optimizer.State.Select(state => state.Name));
        using FlatParameters wide = new(new ParameterLayout([("w", [2L, 2L])]), type: ScalarType.Float64);
        Assert.Contains("f32 parameters", Assert.Throws<PalimpsestException>(() => new AdamW8bit(wide, new AdamW8bitOptions())).Message,
            StringComparison.Ordinal);
    }

    private static bool Has(SafetensorsFile golden, string prefix) => golden.Entries.ContainsKey($"{prefix}.param.{Quantized}");

    private static Tensor State(AdamW8bit optimizer, string name) => optimizer.State.Single(state => state.Name == name).Values;

    private static AdamW8bitOptions Options(JsonElement run, string rules)
    {
        JsonElement config = run.GetProperty("config");
        return new AdamW8bitOptions
        {
            Beta1 = config.GetProperty("betas")[0].GetDouble(),
            Beta2 = config.GetProperty("betas")[1].GetDouble(),
            Epsilon = config.GetProperty("eps").GetDouble(),
            WeightDecay = config.GetProperty("weight_decay").GetDouble(),
            DecayAll = true,
            Compat = rules == "cpu" ? AdamW8bitCompat.Cpu : AdamW8bitCompat.Cuda,
        };
    }

    private static void Restore(FlatParameters parameters, AdamW8bit optimizer, SafetensorsFile golden, string prefix)
    {
        OptimData.Put(parameters[Quantized], OptimData.Floats(golden, $"{prefix}.param.{Quantized}"));
        for (int moment = 1; moment <= 2; moment++)
        {
            OptimData.Bytes(golden, $"{prefix}.code{moment}.{Quantized}").CopyTo(State(optimizer, $"codes{moment}.{Quantized}").bytes);
            OptimData.Put(State(optimizer, $"absmax{moment}.{Quantized}"), OptimData.Floats(golden, $"{prefix}.absmax{moment}.{Quantized}"));
        }
    }

    private static void Feed(FlatParameters parameters, SafetensorsFile inputs, int step, JsonElement run)
    {
        foreach (ParameterSlot slot in parameters.Layout.Slots)
        {
            float[] gradients = OptimData.Row(OptimData.Floats(inputs, $"grad.{slot.Name}"), step - 1, slot.Count);
            if (slot.Name == Quantized && run.TryGetProperty("gradients", out JsonElement changed))
            {
                // The index tells this run's changes in words.
                Assert.Equal("grad.big[0:4] with: step 2 element 5 = NaN and element 300 = +Infinity; step 3 element 301 = -Infinity and elements 1024..1279 = 0 (flat row-major indices)", changed.GetString());
                (gradients[5], gradients[300]) = step == 2 ? (float.NaN, float.PositiveInfinity) : (gradients[5], gradients[300]);
                gradients[301] = step == 3 ? float.NegativeInfinity : gradients[301];
                Array.Clear(gradients, 1024, step == 3 ? 256 : 0);
            }

            OptimData.Put(parameters[slot.Name].grad!, gradients);
        }
    }

    private static void Near(float[] expected, Tensor actual, double tolerance)
    {
        float[] found = TensorBytes.ToArray(actual);
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance * Math.Max(1, Math.Abs(pair.First))));
    }
}
