"""Services as a test says they are: no task is placed here."""
from common import throttled_json
from ministack.core.responses import json_response
from ministack.services import ecs as _ecs

_PAGE = 10
_put = {}  # cluster's name -> service's name -> what is said of it
_list, _describe = _ecs._list_services, _ecs._describe_services


def put(cluster, name, **says):
    _put.setdefault(cluster, {})[name] = says


def _listed(data):
    cluster = _ecs._resolve_cluster_name(data['cluster'])
    if cluster not in _put:
        return _list(data)
    wanted = data.get('schedulingStrategy')
    arns = [f"arn:aws:ecs:us-east-1:111122223333:service/{cluster}/{name}" for name, says in _put[cluster].items()
            if wanted in (None, says.get('schedulingStrategy', 'REPLICA'))]
    begin = int(data.get('nextToken') or 0)
    more = {'nextToken': str(begin + _PAGE)} if len(arns) > begin + _PAGE else {}
    return json_response({'serviceArns': arns[begin:begin + _PAGE], **more})


def _described(data):
    cluster = _ecs._resolve_cluster_name(data['cluster'])
    if cluster not in _put:
        return _describe(data)
    return json_response({'services': [{'serviceName': name, 'status': 'ACTIVE', **_put[cluster][name]}
                                       for name in data['services'] if name in _put[cluster]], 'failures': []})


def install():
    _ecs._ACTION_MAP.update(ListServices=_listed, DescribeServices=throttled_json('DescribeServices', _described))
