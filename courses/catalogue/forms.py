from wagtail.admin.forms import WagtailAdminModelForm

from courses.catalogue.models import Courseware


class CoursewareForm(WagtailAdminModelForm):
    class Meta:
        model = Courseware
        fields = ["title", "kind", "file"]
        help_texts = {"file": "视频为MP4（H.264），不超过300 MB；文档和幻灯片为PDF，不超过30 MB。"}
