# 窗口文字的简体中文版。键写作“位置-事物”；花括号中的值由程序填入。

# 各处共用的部件。
widget-percent = { $value } %
widget-reset-hint = 双击恢复为 { $value }
widget-shares = { $first-name } { $first }，{ $second-name } { $second }
widget-bars-row = { $class }：{ $left-name } { $left }，{ $right-name } { $right }
widget-bars-row-label = { $class }（标签）：{ $left-name } { $left }，{ $right-name } { $right }
widget-bars-missing = –
widget-bars-unit = %
widget-curve-now = { $name } { $value }
widget-curve-empty = 暂无数据点
widget-curve-at = { $axis } { $x }
widget-curve-more = 另有 { $count } 条
widget-curve-hide = 单击隐藏或显示，双击只看此条
widget-curve-rest = 其他曲线
widget-picture = 图像，{ $width } × { $height }
widget-features = { $count } 个特征
widget-remove = 移除 { $name }

# 操作：名称，以及悬停时的说明。
action-distil = 蒸馏
action-distil-hint = 运行此配方
action-distil-later = 在当前任务之后运行此配方（Ctrl+Enter）
action-pause = 暂停或继续
action-pause-hint = 在下一步之前暂停，或继续
action-step = 单步
action-step-hint = 暂停时训练一步
action-stop = 停止
action-stop-hint = 立即结束任务，保留已有结果
action-undo = 撤销
action-undo-hint = 撤销上一次更改：配方、布局或回收站
action-redo = 重做
action-redo-hint = 重做该修改
action-open-teacher = 打开教师模型…
action-open-teacher-hint = 将已保存的 .safetensors 模型用作教师模型
action-save-student = 保存学生模型…
action-save-student-hint = 将所示任务的学生模型存为 .safetensors 文件
action-next-sample = 下一个样本
action-next-sample-hint = 透镜中的下一条验证样本
action-previous-sample = 上一个样本
action-previous-sample-hint = 透镜中的上一条验证样本
action-random-sample = 随机样本
action-random-sample-hint = 在透镜中随机选一条验证样本
action-raise-temperature = 升高 T
action-raise-temperature-hint = 升高透镜中的温度
action-lower-temperature = 降低 T
action-lower-temperature-hint = 降低透镜中的温度
action-log-loss = 对数轴
action-log-loss-hint = 损失用对数或线性坐标
action-bin = 回收站
action-bin-hint = 同时列出已删除的运行
action-theme = 浅色或深色
action-theme-hint = 切换浅色与深色
action-reset-layout = 重置布局
action-reset-layout-hint = 将面板放回原位
action-hold-queue = 挂起队列
action-hold-queue-hint = 当前任务结束后，等待的任务是否自动开始
action-queue-hold = 挂起：不自动开始
action-queue-go = 恢复：自动开始下一个
action-palette = 命令面板
action-palette-hint = 搜索所有操作、配方、运行和样本
action-shortcuts = 快捷键
action-shortcuts-hint = 所有快捷键一览
action-lab = 实验
action-lab-hint = 动手尝试：配方、曲线、透镜和运行记录
action-compare = 对比
action-compare-hint = 对比已有运行：运行记录与所勾选运行的曲线
action-learn = 讲解
action-learn-hint = 讲解原理：透镜与损失剖析
action-overlay = 帧时间
action-overlay-hint = 显示每帧耗时

# 顶栏。
bar-preset = 预设
bar-progress = 训练进度
bar-starting = 正在启动…
bar-failed = 失败：{ $message }
bar-done = 完成
bar-stopped = 已停止
bar-resting = 已暂停；可在运行记录中继续
bar-epoch = 第 { $epoch }/{ $epochs } 轮
bar-epoch-teacher = 教师，第 { $epoch }/{ $epochs } 轮
bar-paused-at = 暂停于第 { $step } 步
bar-waiting-for-disk = 等待磁盘
bar-time-left = 剩余 { $time }
duration-seconds = { $seconds } 秒
bar-cpu = CPU · { $threads } 线程
bar-pace = { $pace } 步/秒

# 配方面板。
recipe-title = 配方
recipe-data = 数据
recipe-rows = 训练 { $train } · 验证 { $validation } · 测试 { $test }
recipe-omits = 学生模型从未见过：{ $classes }
recipe-labelled = { $percent } % 的样本有标签
recipe-noise = { $percent } % 的标签有误
recipe-teacher = 教师模型
recipe-shipped = 内置教师模型
recipe-train-teacher = 先训练 { $model }
recipe-trained-first = 先行训练
recipe-parameters = { $count } 个参数
recipe-wrong = 错误 { $errors }/{ $rows }
recipe-student = 学生模型
recipe-smaller = 压缩 { $times } 倍
recipe-temperature = 温度
recipe-temperature-hint = 损失中两个软化分布的 T。运行中的任务立即采用。
recipe-soft-weight = 软目标权重
recipe-soft-weight-hint = 软损失的权重：与教师软化分布的 KL 散度
recipe-hard-weight = 硬标签权重
recipe-hard-weight-hint = 硬损失的权重：T = 1 时与标签的交叉熵
recipe-soft-targets = 软目标
recipe-labels = 标签
recipe-squared = 软损失乘以 T²
recipe-squared-hint = 使软损失的梯度大小在各 T 下大致相同
recipe-training = 训练
recipe-learning-rate = 学习率
recipe-epochs = 轮数
recipe-seed = 种子
recipe-sgd = SGD，动量 { $momentum }
schedule-constant = 恒定
schedule-cosine = 余弦
schedule-step = 阶梯
recipe-baseline = 同时训练无教师基线
recipe-baseline-hint = 基线：学生模型、数据、顺序、初始权重和预算都相同，只用标签
recipe-seed-hint = 决定初始权重和样本顺序。多个种子可看出差异有多少出于偶然。
recipe-sweep = 扫描
recipe-sweep-hint = 单个值或多个值：扫描会同时训练各扫描项的所有组合
recipe-sweep-temperature = 扫描温度
recipe-sweep-soft-weight = 扫描软目标权重
recipe-sweep-hard-weight = 扫描硬标签权重
recipe-sweep-learning-rate = 扫描学习率
recipe-sweep-seed = 扫描随机种子
recipe-complement = 1 − 软权重
recipe-complement-name = 硬标签权重 = 1 − 软目标权重
recipe-complement-hint = 硬标签权重随软目标权重变化，使每个单元中两者之和为 1
recipe-outlook = { $parts }：{ $count } 次运行
recipe-outlook-cells = { $count } 个单元
recipe-outlook-seeds = × { $count } 个种子
recipe-outlook-baselines = + { $count } 个基线
recipe-outlook-seconds = { $count } 秒
recipe-outlook-minutes = { $count } 分钟
recipe-outlook-hours = { $count } 小时
recipe-outlook-time = { $outlook }，约 { $time }
recipe-outlook-hint = “蒸馏”将启动的运行。单元是扫描取值的一种组合；基线是没有教师的同一学生模型。时间按最近测得的速度估算。
recipe-foot = 按 Ctrl+Enter 运行此配方。
recipe-foot-next = 与运行中任务的配方不同：按“蒸馏”会排在其后。
recipe-foot-running = 运行中的任务立即采用 T、权重和学习率（扫描项除外）；其余用于下一个任务。
source-mnist-mini = MNIST，4,000 张
source-digits = Digits，8×8 像素

# 损失与质量曲线。
loss-title = 损失
loss-plot = 各步损失
loss-empty = 暂无曲线
loss-empty-hint = 按“蒸馏”，一秒内就会出现首批数据点。
loss-total = 总损失
loss-soft = T 下软损失
loss-hard = 硬损失
loss-validation = 验证总损失
loss-teacher = 教师硬损失
loss-baseline = 基线
loss-baseline-validation = 基线验证
loss-smoothing = 平滑
loss-smoothed = 平滑 { $weight }
loss-raw = 原始
loss-other = { $run }，总损失
unit-step = 步
unit-epoch = 轮
unit-nats = nats
quality-title = 验证集
quality-choice = 绘制的指标
quality-errors = 错误数
quality-accuracy = 准确率
quality-agreement = 与教师一致率
quality-of = 共 { $rows }
quality-teacher = 教师
quality-student = 学生
quality-baseline = 无教师
quality-empty = 暂无评估结果
quality-empty-hint = 每轮结束后在验证集上评估。

# 透镜。
lens-title = 分布透镜
lens-row = 验证样本 { $row }
lens-sample = 样本
lens-temperature = T
lens-loading = 正在打开教师模型…
lens-loading-hint = 首个样本即将出现。
lens-fault = 此配方还不能运行
lens-no-teacher = 先训练教师模型；其分布会随训练出现。
lens-sentence = T = 1 时，教师给“{ $first }” { $first-percent } %，给“{ $second }” { $second-percent } %。T = { $temperature } 时，“{ $second }”得 { $softened-percent } %。
lens-bars = 软化分布
lens-teacher = 教师
lens-student = 学生
lens-both = 一致
lens-teacher-entropy = 教师熵
lens-teacher-entropy-hint = 此 T 下教师分布的分散程度；最大为类别数的 ln
lens-student-entropy = 学生熵
lens-student-entropy-hint = 此 T 下学生分布的分散程度
lens-kl = KL
lens-kl-hint = 此 T 下教师分布到学生分布的 KL 散度；两者相等时为 0
lens-top = 首选类别
lens-top-hint = 概率最大的类别，两者不同时教师在前、学生在后；T 不会改变它

# 运行记录列表。
runs-title = 运行记录
runs-empty = 暂无运行
runs-empty-hint = 按“蒸馏”，首个运行就会出现在这里。所有运行都会保留。
runs-fault = 无法读取存储
runs-back = 返回配方
runs-back-hint = 显示配方中未训练的学生模型，而非此任务
runs-run = 运行
runs-run-hint = 运行编号，永久不变
runs-started = 开始
runs-started-hint = 任务开始的时间
runs-recipe = 配方
runs-recipe-hint = 配方的标题
runs-model = 模型
runs-model-hint = 模型的各层
runs-t = T
runs-t-hint = 损失的温度；基线和教师没有
runs-weights = 软 · 硬
runs-weights-hint = 软、硬损失的权重，或该运行的用途
runs-validation = 验证错误
runs-validation-hint = 预测错误的验证样本数：所保留权重的，或目前最后一轮之后的
runs-against = 较基线
runs-against-hint = 验证错误数比同一学生模型无教师时多或少多少
runs-test = 测试错误
runs-test-hint = 所保留权重预测错误的测试样本数，只在结束时评估一次
runs-agreement = 一致率
runs-agreement-hint = 首选类别与教师相同的验证样本占比
runs-status = 状态
runs-status-hint = 运行的状态
runs-baseline = 基线
runs-teacher = 教师
runs-overlay = 将 { $run } 叠加到曲线上
runs-resume = 继续 { $run }
runs-delete = 删除 { $run }
runs-stop = 停止 { $run }
runs-again = 重试 { $run }
runs-again-hint = 按配方从第一步重新训练，不含训练途中的修改；其他运行不变
runs-change = 修改 { $run }
runs-change-hint = 下一步起生效。该运行将退出其分组和结论：它已不再符合配方。
runs-restore = 还原 { $run }
status-waiting = 等待
status-running = 训练中
status-resting = 暂停
status-done = 完成
status-loaded = 已加载
status-stopped = 已停止
status-paused = 暂停
status-interrupted = 中断
status-diverged = 发散
status-halved = 减半淘汰
status-failed = 失败
status-deleted = 已删除
ago-now = 刚刚
ago-minutes = { $count } 分钟前
ago-hours = { $count } 小时前
ago-days = { $count } 天前

# 无法打开文件对话框时手动输入的路径。
path-open-teacher = 打开教师模型
path-save-student = 保存学生模型
path-hint = 此处无法打开文件对话框。请输入路径。
path-accept = 确定
path-cancel = 取消

# 通知。
toast-deleted = { $run } 已移入回收站
toast-restored = { $run } 已还原
toast-saved = { $run } 已保存到 { $path }
toast-no-thread = 训练线程已终止；请重新启动 Stillroom

# 开发者信息浮层。
overlay-frames = { $frames } 帧 · CPU 中位数 { $cpu } ms，p99 { $cpu-99 } ms · 间隔中位数 { $interval } ms，p99 { $interval-99 } ms

# 扫描面板的部件。
widget-scale = { $name }，{ $low } 至 { $high }
widget-heat-empty = 暂无结果
widget-heat-best = { $value }（最佳）
widget-heat-missing = 尚未运行
widget-heat-cell = { $place }：{ $value }
widget-heat-place = { $column }，{ $row }
widget-heat-rows = { $name } ↓
widget-heat-columns = { $name } →
widget-band-seeds = { $count } 个种子
widget-band-point = { $place }：{ $value }
widget-band-value = { $mean } ± { $deviation }
widget-parallel-kept = 保留 { $kept }/{ $count } 条线
widget-brush-all = 全部
widget-brush-range = { $low } 至 { $high }
widget-brush-clear = 恢复全部：{ $name }
widget-brush-hint = { $name }：{ $range }。拖动以保留一部分。
widget-mini-top = { $name } { $class } { $value }
widget-range-kind = { $name }：单值、列表或范围
widget-range-value = 单值
widget-range-list = 列表
widget-range-range = 范围
widget-range-list-of = { $name }，取值
widget-range-from = 起点
widget-range-from-of = { $name }，起点
widget-range-to = 终点
widget-range-to-of = { $name }，终点
widget-range-points = 点数
widget-range-points-of = { $name }，点数
widget-range-scale = { $name }，间距
widget-range-linear = 线性
widget-range-log = 对数
widget-range-values = { $count } 个值：{ $values }
widget-range-empty = 请输入数字
widget-range-no-number = “{ $typed }”不是数字
widget-range-not-whole = “{ $typed }”不是整数
widget-range-outside = 须在 { $low } 至 { $high } 之间
widget-range-no-ratio = 等比间距到不了 0：请用线性间距
widget-range-twice = { $value } 重复出现
widget-range-count = 须有 2 至 { $most } 个值
widget-range-no-range = 起点与终点相同

# 扫描面板及其结论。
board-title = 扫描
board-empty = 暂无扫描
board-empty-hint = 为配方中的一项设多个值：各单元一同训练，并在此对比。
board-metric = 扫描指标
board-pages = 扫描图表
board-errors = 验证错误数
board-accuracy = 准确率，%
board-agreement = 一致率，%
board-kl = 与教师的 KL
board-ece = 校准误差
board-map = 热图
board-curve = 曲线
board-axes = 平行坐标
board-samples = 样本
board-temperature = T
board-soft-weight = 软权重
board-hard-weight = 硬权重
board-learning-rate = 学习率
board-student = 学生
board-student-line = 学生
board-baseline = 无教师
board-seed = 种子
board-none = 暂无测量结果。
board-no-numbers = 首个扫描项不是数值，画不出曲线；请看热图或平行坐标。
board-spread = { $mean } ± { $deviation } · { $n } 次运行
board-single = { $mean } · 单次运行
board-importance = 各扫描项的方差占比
board-importance-hint = η²：运行间的离散有多少来自该项不同取值之间。其余是交互作用与偶然（种子）。
board-rest = 其余
board-share = 方差的 { $share } %
board-verdict-waits = 首批运行完成后给出结论。
verdict-beats = 有教师更好
verdict-no = 有教师更差
verdict-inconclusive = 尚无定论
verdict-hint = 最佳学生模型与最佳无教师模型相比，两者均按验证样本选出；测试样本只评估一次。按种子配对，95 % 置信区间（Student t）。
verdict-numbers = { $cell }：{ $examples } 条测试样本，错误数 { $student } 对基线 { $baseline }，{ $seeds } 个种子；差值的 95 % 置信区间为 { $interval }。
verdict-numbers-alone = { $cell }：{ $examples } 条测试样本，错误数 { $student } 对基线 { $baseline }，{ $seeds } 个种子。
verdict-groups = 在验证样本上，{ $compared } 个单元中有 { $beat } 个优于基线（Holm）。
verdict-holm-hint = 同时比较许多单元，总有一些会偶然胜出；Holm 校正已将此计入。
verdict-left-out = { $count } 次运行未计入：被修改、发散、减半淘汰或停止。
verdict-no-baseline = 没有可供对比的无教师学生模型。
verdict-no-test = 测试样本尚未评估。
verdict-one-seed = 一个种子说明不了什么；至少运行三个。
verdict-few-seeds = 两个种子说明不了什么；至少运行三个。
verdict-no-pairs = 没有种子兼有有教师和无教师的训练。
doubt-one-seed = 存疑：只有一个种子；换一个可能反转。
doubt-no-baseline = 存疑：没有训练无教师基线。
doubt-unscaled-soft-term = 存疑：不乘 T²，软损失在这样的 T 下几乎不起作用。
doubt-teacher-worse = 存疑：教师的验证错误比学生多。
doubt-smoothed-teacher = 存疑：教师模型用平滑标签训练而成。
doubt-test-looked-at-again = 存疑：测试样本已用于评估不止一个单元。

# 损失各项的贡献。
anatomy-title = 损失剖析
anatomy-empty = 尚无训练步
anatomy-empty-hint = 学生模型在此训练时，这里显示软、硬损失对每一步的贡献。
anatomy-of = { $run }，第 { $step } 步
anatomy-term = 损失项
anatomy-term-hint = 损失的两个部分
anatomy-raw = 原始
anatomy-raw-hint = 软目标：T 下教师分布到学生分布的 KL；硬标签：与标签的交叉熵
anatomy-factor = 系数
anatomy-factor-hint = 软目标权重 · T²（关闭时不乘 T²）；硬标签权重
anatomy-weighted = 加权
anatomy-weighted-hint = 原始值乘以系数：计入总损失的量
anatomy-soft = 软目标
anatomy-hard = 硬标签
anatomy-total = 总损失
anatomy-gradient = 对 logits 的梯度占比
anatomy-gradient-hint = ‖一项加权损失的梯度‖ 除以两项之和，整批的 Frobenius 范数
anatomy-cosine = 余弦
anatomy-cosine-hint = 1：两项方向一致；0：互不影响；−1：方向相反
anatomy-words = 只有 T 较高时，T² 才使两个梯度相近。此处是这一步的实测值。

# 等待当前任务的任务。
queue = 队列
queue-title = 等待的任务
queue-waiting = { $count } 个等待
queue-held = { $count } 个挂起
queue-whole = 全部约需 { $time }，含运行中的任务
queue-runs = { $runs } 次运行
queue-remove = 将 { $name } 移出队列
queue-earlier = 让 { $name } 提前
queue-later = 让 { $name } 推后
toast-queued = { $name } 等待当前任务结束
board-again = 重试失败的运行（{ $count }）

# 菜单、命令面板、快捷键一览、布局。
bar-menu = 菜单
bar-workspaces = 布局
menu-job = 任务
menu-recipe = 配方与文件
menu-lens = 透镜
menu-arrangement = 布局
menu-view = 视图
menu-help = 查找与帮助
menu-language = 语言
menu-language-system = 跟随系统
palette-hint = 想做什么？
palette-nothing = 没有匹配项
palette-recipe = 配方
palette-run = 运行
palette-sample = 样本 { $row }：{ $label }
shortcuts-hint = 不带 Ctrl 的快捷键在没有焦点时生效。
shortcuts-close = 关闭
toast-settings = 无法读取设置，已恢复初始设置；旧文件已另行保留。{ $problem }
toast-arrangement = 有一个面板布局无法使用；已显示默认布局。{ $problem }
arrangement-other-version = 属于其他版本

# 浏览样本的方式、曲线、通知、大小、入门提示、文件。
action-next-choice = 下一类样本
action-next-choice-hint = 依次切换：全部样本、教师不确定的、学生预测错误的、两者不一致的
action-weighted = 加权后的各项
action-weighted-hint = 按计入总损失的大小显示各损失项：乘以权重，软损失还乘以 T²
action-notices = 通知
action-notices-hint = 再看一遍窗口发出的通知
action-zoom-in = 放大
action-zoom-in-hint = 放大整个界面，最大 200 %
action-zoom-out = 缩小
action-zoom-out-hint = 缩小整个界面，最小 80 %
action-zoom-reset = 默认大小
action-zoom-reset-hint = 按系统设定的大小显示
lens-choice = 样本范围
lens-choice-count = { $choice }（{ $count }）
lens-any = 全部
lens-any-hint = 探针集的全部样本，按原有顺序
lens-unsure = 教师不确定
lens-unsure-hint = T = 1 时教师分布最分散的样本排在最前
lens-wrong = 学生预测错
lens-wrong-hint = 标签与学生当前首选类别不符的样本
lens-disagree = 两者不一致
lens-disagree-hint = 教师与学生当前首选类别不同的样本
lens-temperature-hint = 只是此图的 T：查看不会改变训练
loss-smoothing-hint = 曲线为指数滑动平均，该数值是历史值的权重；其后的色带为原始值
loss-soft-weighted = 加权软损失
loss-hard-weighted = 加权硬损失
notices-none = 暂无通知。
notices-copy = 全部复制
menu-recent = 最近打开
tip-distil = 从这里开始
tip-distil-hint = “蒸馏”用教师模型的软化输出训练学生模型。首条曲线一两秒内就会动起来。
tip-lens = 一个真实的数字
tip-lens-hint = 拖动 T：教师的输出变平，可看出这个数字还像什么。
tip-recipe = 将要训练什么
tip-recipe-hint = 所有控件都可放心尝试：Ctrl+Z 可撤销任何修改。
drop-hint = 拖入配方（.toml）、数据文件夹或 CSV 文件、教师模型（.safetensors）或图片
open-missing = { $path }：已不存在
open-faulty = { $path } 没有打开：
    { $faults }
open-unknown = 无法打开 { $path }。请提供配方（.toml）、数据文件夹或 CSV 文件、教师模型（.safetensors）或图片（.png、.jpg）

# 预设：名称，以及一行内容说明。
preset-quickstart = 快速入门：手写数字
preset-quickstart-hint = 小型学生模型，与无教师的同一模型对照
preset-temperature-sweep = 温度 × 权重，四个种子
preset-temperature-sweep-hint = 116 次运行同时进行，结果带误差线
preset-never-seen-a-3 = 从未见过 3
preset-never-seen-a-3-hint = 从未给它看过，却能认出大多数 3
preset-few-labels = 标签稀少：每二十张图仅一张有标签
preset-few-labels-hint = 二十个标签只留一个；其余听教师的
preset-noisy-labels = 标签噪声：三分之一有误
preset-noisy-labels-hint = 三分之一的标签有误；教师没有
preset-cnn-to-mlp = 从 CNN 到 MLP
preset-cnn-to-mlp-hint = 看得见邻域的网络能教给看不见的网络什么
preset-digits = 小尺寸数字：十个标签留一个
preset-digits-hint = 8×8 像素，一秒完成
preset-teacher-mnist-mini = MNIST-mini 的教师模型
preset-teacher-mnist-mini-hint = 内置教师模型的训练方式；一两分钟
preset-teacher-digits = 小尺寸数字的教师模型
preset-teacher-digits-hint = 另一个内置教师模型的训练方式；几秒

card-begin = 从“{ $name }”开始
palette-alone = 只显示{ $panel }

# 文件、文本形式的配方、配方面板中折叠的部分。
action-open-recipe = 打开配方…
action-open-recipe-hint = 载入 .toml 文件中的配方
action-save-recipe = 保存配方…
action-save-recipe-hint = 把当前配方写入 .toml 文件，终端也能运行它
action-copy-recipe = 复制配方
action-copy-recipe-hint = 以文本形式复制配方
action-recipe-text = TOML
action-recipe-text-hint = 以文本编辑配方，或用控件编辑
action-open-folder = 打开数据文件夹…
action-open-folder-hint = MNIST 那样的 IDX 文件夹，或每个类别一个子文件夹的图片
action-open-table = 打开 CSV 文件…
action-open-table-hint = 数值表格；除非配方另有说明，最后一列是类别
path-open-recipe = 打开配方
path-save-recipe = 保存配方
path-open-folder = 打开数据文件夹
path-open-table = 打开数据表格
toast-recipe-saved = “{ $title }”已保存到 { $path }
toast-recipe-copied = 配方已复制
recipe-text = 配方文本
recipe-text-good = 这里的内容即时生效；在文本之外按 Ctrl+Z 可撤销。
recipe-text-faulty = 仍以上一个无误的配方为准。
recipe-classes = { $count } 个类别
recipe-optimiser = 优化器
recipe-sweep-of = 扫描 { $field }
recipe-sweep-of-hint = 配方文本中给出了多个值。点击后只保留第一个。
source-column = 类别列
source-column-last = 最后一列
source-column-hint = 类别所在列的列名，或从 0 开始的序号。按 Enter 生效。
source-side = 边长
source-side-hint = 图片缩放为以此为边长（像素）的正方形
source-coloured = 彩色
recipe-swept = 扫描
recipe-momentum = 动量
recipe-momentum-hint = 上一步更新带入下一步的比例
recipe-learning-rate-hint = 峰值学习率；变化方式见下方的调度。正在运行的任务会立即采用。
recipe-schedule = 调度
recipe-schedule-picture = 学习率随训练轮次的变化
recipe-schedule-at = 第 { $epoch } 轮：{ $rate }
recipe-warm-up = 预热
recipe-warm-up-hint = 学习率从 0 升起所用的轮数
recipe-every = 间隔
recipe-every-hint = 两次下降之间的轮数
recipe-factor = 系数
recipe-factor-hint = 每次下降时学习率所乘的系数
recipe-weight-decay = 衰减
recipe-weight-decay-hint = 权重衰减：把权重拉向 0 的强度；偏置除外
recipe-clip = 裁剪
recipe-clip-hint = 梯度范数的上限；0 表示不裁剪
recipe-epochs-hint = 遍历训练样本的次数
recipe-batch = 批大小
recipe-batch-hint = 每一步的样本数
recipe-jitter = 抖动
recipe-jitter-hint = 每轮把图像向各方向随机平移至多这么多像素
recipe-training-summary = { $epochs } 轮 · 种子 { $seed }
recipe-keep-best = 保留最佳一轮
recipe-keep-best-hint = 以验证错误最少的一轮的权重为结果，而不是最后一步的
recipe-method = 方法
recipe-method-soft = 软目标
recipe-method-hint = 使学生在同一 T 下的软化分布逼近教师的：KL(教师 ‖ 学生) · T²（Hinton、Vinyals 与 Dean，2015）
recipe-own-student = 自定宽度：64, 64 或 cnn 8, 16 / 64
recipe-own-teacher = 先训练自定宽度：64, 64 或 cnn 8, 16 / 64
recipe-own-fault = 请输入 1 到 4,096 的整数，以逗号分隔，最多十个；CNN 先写通道数，再写 / 和全连接层。配方文本不受此限制。
lens-own = 您的图片，即模型所见。切换样本即可返回。
lens-inverted = 您的图片，即模型所见：已按数据的样式反转明暗。切换样本即可返回。
toast-place = 窗口原来所在的屏幕已不存在，现移到此屏幕。
lens-teacher-entropy-short = 教师 H
lens-student-entropy-short = 学生 H
menu-theme = 主题
menu-theme-system = 跟随系统
menu-theme-light = 浅色
menu-theme-dark = 深色
path-exists = { $path } 已存在，请换一个名称

# 并列内容之间的分隔。
list-comma = 、
list-semicolon = ；
list-or = {" 或 "}

# 配方的错误：位置、问题、允许的内容。
fault-at = { $place }：{ $problem }
fault-line = 第 { $line } 行，{ $problem }
fault-file-line = { $file } 第 { $line } 行，{ $problem }
fault-override = --set { $text }：{ $problem }
fault-more = … 另有 { $count } 处
fault-syntax = 不是有效的 TOML：{ $problem }
fault-unknown-key = 没有这个键
fault-unknown-key-near = 没有这个键，最接近的是 `{ $nearest }`
fault-missing = 缺失，应为{ $allowed }
fault-wrong-type = 类型不对，这里是{ $found }，应为{ $allowed }
fault-not-allowed = 不能取 { $value }，应为{ $allowed }
syntax-no-value = `{ $value }` 不是单个 TOML 值
found-text = 文本 { $value }
found-whole = 整数 { $value }
found-number = 数 { $value }
found-truth = 布尔值 { $value }
found-date = 日期 { $value }
found-list = 列表（{ $value }）
found-table = 表（{ $value }）
allowed-text = 带引号的文本
allowed-truth = {" "}true 或 false
allowed-whole = 不小于 { $least } 的整数
allowed-widths = 由不小于 1 的整数组成的列表，例如 [64, 64]
allowed-positive = 大于 0 的数
allowed-not-negative = 不小于 0 的数
allowed-share = {" "}0 到 1 之间的比例
allowed-part-of-rows = 大于 0 且不超过 0.9 的比例
allowed-dropout = 不小于 0 且小于 1 的比例
allowed-momentum = 不小于 0 且小于 1 的数
allowed-factor = 大于 0 且不超过 1 的数
allowed-temperature = 大于 0 的数（0.001 到 1e6）
allowed-hard-weight = 不小于 0 的数，或 "complement"
allowed-warm-up = 不小于 0 的轮数
allowed-clip = 大于 0 的范数，0 表示不裁剪
allowed-schedule = {" "}"constant"、"cosine" 或 {"{"} step = {"{"} every = 10, factor = 0.5 {"}"} {"}"}
allowed-class-names = 类别名列表，例如 ["3"] 或 [3]
allowed-path = 带引号的路径
allowed-label = 列名，或从 0 数起的列号
allowed-table = 表 [{ $name }]
allowed-data = 带 source 的表 [data]，例如 source = "mnist-mini"
allowed-source = {" "}"mnist-mini"、"digits"、{"{"} idx = "folder" {"}"}、{"{"} csv = "file.csv", label = "y" {"}"} 或 {"{"} images = "folder", size = 28 {"}"}
allowed-model = {" "}model = {"{"} mlp = [64, 64] {"}"} 或 model = {"{"} cnn = [8, 16], dense = [64] {"}"}
allowed-student = 表 [student]，其中有{ $model }
allowed-teacher = 检查点，例如 "builtin:mnist-mini"，或要训练的模型：{ $model }
allowed-teacher-table = 表 [teacher]，其中有检查点（例如 "builtin:mnist-mini"）或要训练的模型
allowed-builtin = {" "}"builtin:mnist-mini"、"builtin:digits" 或 .safetensors 文件的路径
allowed-checkpoint = 带引号的 .safetensors 文件路径
allowed-sweep = 表 [sweep]，其中可有 strategy、runs、seeds、test_all
allowed-runs = 抽取的单元数（每个都含全部种子），例如 runs = 20
allowed-zip = 成组同步变化的字段，例如 [["distill.temperature", "training.learning_rate"]]
conflict-no-value = 请写成 PATH=VALUE，例如 distill.temperature=8
conflict-no-field = “=” 之前没有字段
conflict-no-table = `{ $name }` 不是表，没有字段
conflict-teacher = 要加载的检查点和要训练的模型只能给一个
conflict-dense = 只有 cnn 才有自己的 dense 层
conflict-no-convolution = cnn 至少要有一个卷积层，例如 [8, 16]
conflict-mlp-or-cnn = mlp 和 cnn 只能给一个
conflict-complement = 软目标权重为 { $weight } 时，其补数为负
conflict-no-weight = soft_weight 和 hard_weight 都是 0，什么也学不到；请提高其中一个
conflict-momentum = 只有 optimiser = "sgd" 才有动量
conflict-seeds = training.seed 已在扫描中，请去掉 sweep.seeds
conflict-cells = 扫描共有 { $count } 个单元，最多允许 { $most } 个
conflict-runs = 只有 strategy = "random" 才有运行数
conflict-pair-of-one = `{ $field }` 没有多个取值，无法配对
conflict-paired-twice = `{ $field }` 被配对了两次
conflict-pair-counts = 同步变化的字段取值个数必须相同：{ $each }
conflict-pair-has = { $field } 有 { $count } 个
conflict-any = any 后面要跟列表，例如 {"{"} any = [ … ] {"}"}
conflict-empty-list = 列表为空，请至少给一个值
conflict-twice = { $value } 在列表中出现了两次
range-unknown-key = 范围没有 `{ $key }`，只有 from、to、points 和 scale
range-no-number = 不允许 { $key } = { $value }，请给一个数
range-needs-end = 范围需要 { $key }，例如 {"{"} from = 1, to = 64, points = 7, scale = "log" {"}"}
range-points = 不允许 points = { $value }，请给 2 到 { $most } 的整数
range-needs-points = 范围需要 points，即取值的个数（含两端）
range-scale = 不允许 scale = { $value }，请给 "linear" 或 "log"
range-no-width = from 和 to 相同，请给一个值，或两个不同的端点
range-log = 对数范围的两端都必须大于 0

# 数据的错误。
data-read = { $file }：无法读取：{ $problem }
data-format = { $file }：{ $problem }；允许：{ $allowed }
data-length = { $file }：文件头之后有 { $found } 字节，而文件头标明的是 { $promised } 字节
data-counts = { $images_file } 有 { $images } 张图像，而 { $labels_file } 有 { $labels } 个标签；两者必须相等
data-too-large = { $file }：有 { $what }，最多允许 { $limit }
data-much-values = { $count } 个数值
data-much-folders = { $count } 个类别文件夹
data-much-bytes = { $count } 字节文本
data-much-labels = { $count } 种标签
data-label-column = { $file } 第 { $line } 行：没有{ $column }的标签列；允许：{ $allowed }
data-line-ragged = { $file } 第 { $line } 行：有 { $found } 个字段；应与第一行一样有 { $expected } 个
data-line-no-number = { $file } 第 { $line } 行，列 { $column }：不允许 `{ $text }`，应为有限的数
data-line-no-label = { $file } 第 { $line } 行，列 { $column }：标签为空，应为任意其他文本
data-more-lines = 另有 { $count } 行
data-more-files = 另有 { $count } 个文件
data-image = { $file }：{ $problem }；应为 PNG 或 JPEG 图像
data-no-class = { $name }：没有类别；至少需要两个类别
data-one-class = { $name }：{ $class } 是唯一的类别；至少需要两个类别
data-few-rows = { $name }：样本太少，无法划分：{ $classes }；每个类别至少需要 { $needed } 个：{ $parts }
data-two-parts = 训练一个、验证一个
data-three-parts = 训练一个、验证一个、测试一个
data-names-in-all = { $names } …（共 { $count } 个）
data-names-and-more = { $names }，另有 { $count } 个
data-unknown-class = data.omit_classes：没有类别 { $unknown }；允许：{ $classes }
data-all-omitted = data.omit_classes：所有类别都被忽略，没有可学的内容；可以忽略其中一部分：{ $classes }
data-no-other-class = data.label_noise：只剩下类别 `{ $class }`，标签无法换成别的；请设为 0，或少忽略一些类别
column-named = 名为 `{ $name }` 
column-at = 位置为 { $position } 
columns-without-header = 没有表头，只能用 0 到 { $last } 的位置
columns-with-header = { $names }；没有表头的文件则用位置
columns-by-position = 位置 0 到 { $last }，或从末尾数起的 -{ $count } 到 -1
table-empty = 没有任何一行
table-labels-only = 只有标签列，没有其他列
table-header-only = 表头之下没有内容
table-allowed = 每行若干个数和一个标签，以逗号、分号或制表符分隔
idx-other-size = 图像为 { $height }×{ $width } 像素
idx-size-of-training = { $height }×{ $width }，与训练部分相同
idx-holds-images = 有 { $count } 张 { $height }×{ $width } 像素的图像
idx-one-image = 至少一张图像，且至少一个像素
idx-labels = IDX 标签：{ $dimensions } 维无符号字节（幻数 { $magic }）
idx-images = IDX 图像：{ $dimensions } 维无符号字节（幻数 { $magic }）
idx-only-bytes = 只有 { $count } 字节
idx-half-header = 文件头不完整
idx-dimensions = 有 { $count } 个维度
idx-holds = 内容是{ $kind }
idx-signed = 有符号字节
idx-whole = {" "}{ $bits } 位整数
idx-floats = {" "}{ $bits } 位浮点数
idx-other-file = 不是 IDX 文件（开头是 { $start }）
idx-two-files = `{ $first }` 和 `{ $second }` 都像是{ $part ->
    [training] 训练
   *[test] 测试
}部分的{ $kind ->
    [labels] 标签
   *[images] 图像
}
idx-one-of-each = 每种一个文件
idx-missing = 没有{ $part ->
    [training] 训练
   *[test] 测试
}部分的{ $kind ->
    [labels] 标签
   *[images] 图像
}文件
idx-names = IDX 文件（也可以是 .gz），文件名含 `train`（测试部分含 `t10k` 或 `test`），并含 `images` 或 `labels`，例如 train-images-idx3-ubyte.gz
images-no-folder = 没有子文件夹
images-none = 没有图像
images-allowed = 每个类别一个子文件夹的文件夹，其中放 PNG 或 JPEG 图像；或由这样的子文件夹组成的 `train` 和 `test` 文件夹
image-unreadable = 无法读取：{ $problem }
image-other-format = 格式不对
image-damaged = 已损坏：{ $problem }
image-too-large = 有 { $width }×{ $height } 像素，太大

# 模型及其文件的错误。
model-needs-images = cnn 需要图像，而这份数据的每行是 { $features } 个特征：请用 mlp
model-images-too-small = { $convolutions } 层带池化的卷积至少需要 { $needed }×{ $needed } 像素的图像，而这里是 { $height }×{ $width }
model-empty = 模型的每一层至少要有一个单元，输入至少要有一个数，并且要有类别
model-too-large = 模型的参数会超过 2³¹ 个
checkpoint-broken = { $path }：不是完整的 .safetensors 文件（{ $problem }）
checkpoint-no-metadata = { $path }：文件没有 Stillroom 的元数据，层和类别都未知；请提供由 Stillroom 保存的检查点
checkpoint-metadata = { $path }：元数据无法使用：{ $problem }
checkpoint-newer = 格式 { $found } 比本程序支持的 { $known } 新，请更新 Stillroom
checkpoint-same-classes = 有两个类别同名
checkpoint-dropout = dropout 不能是 { $rate }
checkpoint-normalisation = 归一化与输入不匹配
checkpoint-tensor = { $path }：张量 `{ $name }`：{ $problem }
checkpoint-tensor-missing = 缺失
checkpoint-tensor-shape = 是 { $found }，而结构要求 { $asked }
checkpoint-tensor-infinite = 含有非有限的数
checkpoint-shape = { $path }：模型的输入形状是 { $expected }，而数据是 { $found }
checkpoint-classes = { $path }：模型的类别与数据不同：{ $problem }
checkpoint-unknown-classes = 模型不认识 { $classes }
checkpoint-missing-classes = 数据中没有 { $classes }
teacher-saw-test = teacher.checkpoint：{ $path }：本次运行的 { $of } 个测试样本中，教师模型训练时已见过 { $rows } 个，测试结果没有意义；请用它自己训练时的 data.seed，或换一个教师模型
teacher-saw-validation = { $of } 个验证样本中，教师模型训练时已见过 { $rows } 个：它在这里的表现偏好。
look-no-pictures = 这份配方的数据不是图像，无法查看图片
look-no-member = 没有这个成员

# 任务为何不能开始或中止，以及使用哪个设备。
device-cpu-asked = 指定使用 CPU。
device-no-gpu = 此版本不含 GPU 支持（特性 `cuda` 或 `metal`）。
device-gpu = GPU 可用。
device-gpu-silent = { $name } 没有响应（{ $problem }），改用 CPU。
device-cannot-hold = 设备放不下模型：{ $problem }
cancelled = 已取消
job-running = 有任务正在运行，请先停止它
job-nothing-to-train = 配方中没有要训练的模型
job-stopped = 已停止
job-other-recipe = 它的运行与其配方现在所指的不一致
job-panicked = Stillroom 内部错误，运行已中止：{ $problem }
job-diverged = 所有损失都不再是有限的数，请降低学习率
job-teacher-diverged = 教师模型的损失不再是有限的数，请降低它的学习率
job-teacher-missing = 保存的教师模型不见了
job-teacher-untrained = 教师模型从未训练
journal-busy = 存储正忙
journal-leased = 任务 { $job } 正由另一个进程运行
journal-failed = 无法写入存储：{ $problem }

# 存储的错误。
store-not-a-store = { $path } 不是 Stillroom 存储，请换一个路径
store-newer = 存储 { $path } 的格式是 { $version }，本程序只认识 { $known }，请更新 Stillroom
store-read-only = 存储 { $path } 是只读的，请修改权限或换一个路径
store-cannot-open = 无法打开存储 { $path }（{ $reason }），请检查其文件夹是否存在、可否写入
store-locked = 存储被另一个程序占用，请关闭那个程序后重试
store-disk-full = 磁盘已满，请腾出空间后继续任务
store-failed = 存储的数据库出错：{ $problem }；请检查磁盘后重试
store-file = 无法读写 { $path }（{ $problem }），请检查磁盘和权限
store-damaged = 存储已损坏：{ $problem }；请从备份恢复
store-unknown = 存储中没有任务或运行 `{ $name }`，可用 `stillroom runs` 列出
store-misfit = 报告与存储不符：{ $problem }；请继续该任务
store-no-folder = 此系统没有数据文件夹，请用 --store 指定存储
store-closed = 已关闭
store-not-open = 尚未打开
damaged-curve = { $run } 有未知的曲线 `{ $name }`
damaged-recipe = 无法读取 { $name } 的配方（{ $problem }）
damaged-file = { $path } 与写入时不同
damaged-probe = 无法读取透镜样本
