"""Makes `digits-cnn.onnx` with its weights beside it, as PyTorch's exporter writes them, and what PyTorch gives on every small digit.

    python fixtures.py digits.csv       # 64 values from 0 to 16 and the digit a line: scikit-learn's `load_digits`

Made with torch 2.15.0, onnx 1.23.2, onnxscript 0.7.2, numpy 2.4.6.
"""
import sys
import numpy, torch
from torch import nn

torch.manual_seed(0)
table = numpy.loadtxt(sys.argv[1], delimiter=",", dtype=numpy.float32)
x, y = torch.tensor(table[:, :64].reshape(-1, 1, 8, 8) / 16), torch.tensor(table[:, 64].astype(numpy.int64))


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first, self.first_norm = nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        self.second, self.second_norm = nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)

    def forward(self, x):
        return torch.relu(x + self.second_norm(self.second(torch.relu(self.first_norm(self.first(x))))))


model = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), Residual(8), nn.AdaptiveAvgPool2d(2), nn.Flatten(),
    nn.Linear(32, 10))
optimiser = torch.optim.Adam(model.parameters(), 3e-3)
for epoch in range(12):
    model.train()
    for rows in torch.randperm(len(x)).split(64):
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
        optimiser.step()
model.eval()
with torch.no_grad():
    logits = model(x)
print("errors", int((logits.argmax(1) != y).sum()), "of", len(y))
torch.onnx.export(model, (x[:2],), "digits-cnn.onnx", input_names=["pixels"], output_names=["logits"],
                  dynamic_shapes=({0: torch.export.Dim("batch")},), dynamo=True)
numpy.save("digits-cnn.npy", logits.numpy())
