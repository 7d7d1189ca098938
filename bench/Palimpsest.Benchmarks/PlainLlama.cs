using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Palimpsest.Benchmarks;

/// <summary>A Llama as one would write it with TorchSharp's own modules: the other arm of the training benchmark.</summary>
internal sealed class PlainLlama : nn.Module<Tensor, Tensor>
{
    private readonly Embedding _embedding;
    private readonly ModuleList<PlainBlock> _blocks;
    private readonly PlainNorm _norm;
    private readonly Linear _head;
    private readonly Tensor _cos;
    private readonly Tensor _sin;

    public PlainLlama(int vocabulary, int width, int layers, int heads, int intermediate, int time)
        : base(nameof(PlainLlama))
    {
        _embedding = nn.Embedding(vocabulary, width);
        _blocks = nn.ModuleList(Enumerable.Range(0, layers).Select(_ => new PlainBlock(width, heads, intermediate)).ToArray());
        _norm = new PlainNorm(width);
        _head = nn.Linear(width, vocabulary, hasBias: false);
        int headWidth = width / heads;
        Tensor frequencies = pow(10_000.0, arange(0, headWidth, 2, ScalarType.Float32).neg().div(headWidth));
        Tensor angles = outer(arange(0, time, 1, ScalarType.Float32), frequencies);
        Tensor both = cat([angles, angles], -1);
        _cos = both.cos();
        _sin = both.sin();
        RegisterComponents();
    }

    public override Tensor forward(Tensor ids)
    {
        Tensor x = _embedding.call(ids);
        x = x.to_type(_head.weight!.dtype);
        foreach (PlainBlock block in _blocks)
        {
            x = block.Forward(x, _cos.to_type(x.dtype), _sin.to_type(x.dtype));
        }

        return _head.call(_norm.call(x));
    }

    private sealed class PlainNorm : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter _weight;

        public PlainNorm(int width)
            : base(nameof(PlainNorm))
        {
            _weight = nn.Parameter(ones(width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => x * rsqrt(x.pow(2).mean([-1], keepdim: true) + 1e-6) * _weight;
    }

    private sealed class PlainBlock : nn.Module
    {
        private readonly int _heads;
        private readonly PlainNorm _first;
        private readonly PlainNorm _second;
        private readonly Linear _q;
        private readonly Linear _k;
        private readonly Linear _v;
        private readonly Linear _o;
        private readonly Linear _gate;
        private readonly Linear _up;
        private readonly Linear _down;

        public PlainBlock(int width, int heads, int intermediate)
            : base(nameof(PlainBlock))
        {
            _heads = heads;
            _first = new PlainNorm(width);
            _second = new PlainNorm(width);
            _q = nn.Linear(width, width, hasBias: false);
            _k = nn.Linear(width, width, hasBias: false);
            _v = nn.Linear(width, width, hasBias: false);
            _o = nn.Linear(width, width, hasBias: false);
            _gate = nn.Linear(width, intermediate, hasBias: false);
            _up = nn.Linear(width, intermediate, hasBias: false);
            _down = nn.Linear(intermediate, width, hasBias: false);
            RegisterComponents();
        }

        public Tensor Forward(Tensor x, Tensor cos, Tensor sin)
        {
            long batch = x.shape[0], time = x.shape[1], width = x.shape[2];
            Tensor h = _first.call(x);
            Tensor Split(Tensor t) => t.view(batch, time, _heads, width / _heads).transpose(1, 2);
            Tensor q = Rotate(Split(_q.call(h)), cos, sin), k = Rotate(Split(_k.call(h)), cos, sin), v = Split(_v.call(h));
            Tensor a = nn.functional.scaled_dot_product_attention(q, k, v, is_casual: true);
            x = x + _o.call(a.transpose(1, 2).reshape(batch, time, width));
            h = _second.call(x);
            return x + _down.call(nn.functional.silu(_gate.call(h)) * _up.call(h));
        }

        private static Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
        {
            long half = x.shape[3] / 2;
            Tensor rotated = cat([x.narrow(3, half, half).neg(), x.narrow(3, 0, half)], -1);
            return (x * cos) + (rotated * sin);
        }
    }
}
